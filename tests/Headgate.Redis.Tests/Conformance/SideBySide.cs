using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Traces;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>A script made in memory and on another store at the same times: equal answers.</summary>
internal static class SideBySide
{
    /// <summary>Throws if they differ; disposes of <paramref name="tested"/>.</summary>
    public static async Task CompareAsync(Script script, StoreUnderTest tested)
    {
        await using StoreUnderTest disposed = tested;
        FakeClock clock = new();
        using MemoryStore memory = new(clock);
        StoreUnderTest both = new(
            new ComparingStore(memory, tested.Store),
            micros =>
            {
                clock.SetMicros(micros);
                tested.SetTime(micros);
            },
            ClockControl.Full);
        Trace trace = script.ToTrace();
        // What the model says of a decision is asked elsewhere; it knows no end of times, as a TimeSpan does.
        trace = trace with { Steps = [.. trace.Steps.Select(step => step with { Decision = null })] };
        Assert.Null(await TraceReplay.FindDifferenceAsync(both, trace));
    }
}
