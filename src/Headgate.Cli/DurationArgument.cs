namespace Headgate.Cli;

/// <summary>Durations on the command line: 60s, 5min, 250ms.</summary>
internal static class DurationArgument
{
    /// <summary>The library's own reader of durations, reached through a limit so that both accept the same.</summary>
    public static bool TryRead(string text, out TimeSpan duration)
    {
        bool read = Limit.TryParse($"fixed_window(permits=1, window={text})", out Limit? limit);
        duration = read ? ((FixedWindowLimit)limit!).Window : default;
        return read;
    }
}
