using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>What came of a <see cref="Load"/>, and the laws that it must have obeyed whatever happened to Redis.</summary>
internal sealed class LoadReport(Call[] calls, Metronome metronome)
{
    /// <summary>
    /// What a call may take beyond the time-out besides what an idle timer was late at that time: timers that count whole milliseconds, hops in a pool on two
    /// cores that others use too, and code that is run, and compiled, for the first time. Who waits twice takes longer still.
    /// </summary>
    public static readonly TimeSpan Scheduling = TimeSpan.FromMilliseconds(80);

    /// <summary>With a moment like this in it, a call may time out though Redis is there.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public IReadOnlyList<Call> Calls => calls;

    /// <summary>Those that Redis did not decide.</summary>
    public IEnumerable<Call> Failed => calls.Where(call => !call.IsDecidedByStore);

    /// <summary>No call threw, and none took longer than the time-out and scheduling.</summary>
    public void NobodyWaitedLongerThan(TimeSpan timeout)
    {
        Assert.All(calls, call => Assert.Null(call.Error));
        Call worst = calls.MaxBy(call => call.Took - metronome.Stalled(call.Started, call.Ended));
        TimeSpan late = metronome.Stalled(worst.Started, worst.Ended);
        Assert.True(worst.Took <= timeout + Scheduling + late,
            $"A call with a time-out of {timeout.TotalMilliseconds} ms took longer, and the machine's own timers were {late.TotalMilliseconds:F0} ms late: {worst}");
    }

    /// <summary>Every failure was met by this, and there were failures: else nothing was tested.</summary>
    public void FailuresWereMetBy(DecisionSource source)
    {
        Assert.NotEmpty(Failed);
        Assert.All(Failed, call => Assert.Equal(source, call.Decision.Source));
        Assert.All(Failed, call => Assert.Equal(source != DecisionSource.FailClosed, call.Decision.IsAllowed));
    }

    /// <summary>From one second after this moment on at the latest Redis decided every call, and calls there were.</summary>
    public void WasBackWithinASecondOf(long answered)
    {
        // Who fell into a moment when the machine had no time for anybody may have timed out with a Redis that was there.
        Call last = Failed.Where(call => metronome.Stalled(call.Started, call.Ended) < Moment).DefaultIfEmpty().MaxBy(call => call.Started);
        TimeSpan away = last.Started > answered ? Stopwatch.GetElapsedTime(answered, last.Started) : TimeSpan.Zero;
        TimeSpan late = metronome.Stalled(answered, Math.Max(answered, last.Ended));
        Assert.True(away <= TimeSpan.FromSeconds(1) + late, $"{away.TotalMilliseconds:F0} ms after Redis had answered again, it was not asked: {last}");
        Assert.True(calls.Count(call => call.Started > Math.Max(answered, last.Started)) > Load.Enough,
            "Too few calls came after Redis was back: the load must go on for longer.");
        TestContext.Current.TestOutputHelper?.WriteLine($"back {away.TotalMilliseconds:F0} ms after Redis answered. {Describe()}");
    }

    /// <summary>So many of each source, and the longest of each.</summary>
    public string Describe() => string.Join("; ", calls.GroupBy(call => call.Error?.GetType().Name ?? call.Decision.Source.ToString())
        .Select(group => $"{group.Count()} x {group.Key}, longest {group.Max(call => call.Took).TotalMilliseconds:F1} ms"));
}
