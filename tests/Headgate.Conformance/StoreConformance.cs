using Headgate.Conformance.Traces;
using Xunit;

namespace Headgate.Conformance;

/// <summary>
/// The whole suite, as one class to derive from: override <see cref="StoreSuite.CreateStoreAsync"/> and a store is held to every law
/// that can be tested from outside. The parts are in <see cref="SingleChargeLaws"/>, <see cref="ListLaws"/>, <see cref="LeaseLaws"/>
/// and <see cref="KeyLaws"/>.
/// </summary>
public abstract class StoreConformance : KeyLaws
{
    public static TheoryData<string> VectorFiles => [.. Vectors.Names];

    [Theory]
    [MemberData(nameof(VectorFiles))]
    public async Task Law_1_replays_the_recorded_traces(string file)
    {
        ClockControl needed = file.Contains("_clock", StringComparison.Ordinal) ? ClockControl.Full : ClockControl.Forward;
        foreach (Trace trace in Vectors.Load(file))
        {
            await using StoreUnderTest under = await CreateAsync(needed);
            string? difference = await TraceReplay.FindDifferenceAsync(under, trace);
            Assert.True(difference is null, difference);
        }
    }
}
