namespace Headgate;

/// <summary>A count for each aligned window; see <see cref="Limit.FixedWindow"/>.</summary>
public sealed record FixedWindowLimit : Limit
{
    internal FixedWindowLimit(long permits, TimeSpan window)
    {
        Permits = LimitBounds.CheckPermits(permits, nameof(permits));
        WindowMicros = LimitBounds.CheckPeriod(window, nameof(window));
        Window = window;
    }

    /// <summary>The permits of one window: 1 to 10^15.</summary>
    public long Permits { get; }

    /// <summary>The window, aligned to 1970-01-01T00:00Z: 1 microsecond to 36,525 days.</summary>
    public TimeSpan Window { get; }

    internal long WindowMicros { get; }

    internal override string Kind => "fixed_window";

    internal override string Numbers => $"permits={Permits}, window={DurationText.Format(Window)}";
}
