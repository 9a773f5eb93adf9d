using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>A clock on which a microsecond passes with every look at it, as on a real one, and whose timers ring late by as much as it is told.</summary>
internal sealed class TickingClock(FakeClock clock, TimeSpan lateness) : TimeProvider
{
    private long _looks;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override long GetTimestamp() => clock.GetTimestamp() + (Interlocked.Increment(ref _looks) * TimeSpan.TicksPerMicrosecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime + lateness, period);
}
