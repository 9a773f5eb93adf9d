namespace Headgate;

/// <summary>A log of every admitted charge; see <see cref="Limit.SlidingLog"/>.</summary>
public sealed record SlidingLogLimit : Limit
{
    internal SlidingLogLimit(long permits, TimeSpan window)
    {
        Permits = LimitBounds.CheckPermits(permits, nameof(permits), LimitBounds.MaxSlidingLogPermits,
            "A log remembers every charge: use sliding_window for more, or count in larger units.");
        WindowMicros = LimitBounds.CheckPeriod(window, nameof(window));
        Window = window;
    }

    /// <summary>The permits in any span of <see cref="Window"/>: 1 to 1,000,000.</summary>
    public long Permits { get; }

    /// <summary>The span that counts, up to and including now: 1 microsecond to 36,525 days.</summary>
    public TimeSpan Window { get; }

    internal long WindowMicros { get; }

    internal override string Kind => "sliding_log";

    internal override string Numbers => $"permits={Permits}, window={DurationText.Format(Window)}";
}
