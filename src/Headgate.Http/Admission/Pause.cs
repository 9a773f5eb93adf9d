namespace Headgate.Http.Admission;

/// <summary>Times for timers.</summary>
internal static class Pause
{
    /// <summary>Timers take at most 49 days; a longer time is taken in pieces.</summary>
    private static readonly TimeSpan LongestPiece = TimeSpan.FromDays(1);

    /// <summary>The time, or as much as one timer takes. The system's timers cut to whole milliseconds and would ring early; other clocks are taken at their word.</summary>
    public static TimeSpan Piece(TimeSpan time, TimeProvider clock)
    {
        if (time > LongestPiece) return LongestPiece;
        return ReferenceEquals(clock, TimeProvider.System) ? TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)) : time;
    }

    /// <summary>Waits out a time, never less.</summary>
    public static async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken ct)
    {
        long start = clock.GetTimestamp();
        for (TimeSpan left = time; left > TimeSpan.Zero; left = time - clock.GetElapsedTime(start))
            await Task.Delay(Piece(left, clock), clock, ct).ConfigureAwait(false);
    }
}
