namespace Headgate.Docs.Tests;

/// <summary>A clock that stands still until it is told the time. It starts at midnight, so that the windows of the pages start at 0.</summary>
internal sealed class VirtualClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + _elapsed;

    public override long GetTimestamp() => _elapsed.Ticks;

    public void Set(TimeSpan elapsed) => _elapsed = elapsed;
}
