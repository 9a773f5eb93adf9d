namespace Headgate;

/// <summary>Two counters that estimate a sliding window; see <see cref="Limit.SlidingWindow"/>.</summary>
public sealed record SlidingWindowLimit : Limit
{
    internal SlidingWindowLimit(long permits, TimeSpan window)
    {
        Permits = LimitBounds.CheckPermits(permits, nameof(permits));
        WindowMicros = LimitBounds.CheckPeriod(window, nameof(window));
        Window = window;
    }

    /// <summary>The permits of a window: 1 to 10^15.</summary>
    public long Permits { get; }

    /// <summary>The window, aligned to 1970-01-01T00:00Z: 1 microsecond to 36,525 days.</summary>
    public TimeSpan Window { get; }

    internal long WindowMicros { get; }

    internal override string Kind => "sliding_window";

    internal override string Numbers => $"permits={Permits}, window={DurationText.Format(Window)}";
}
