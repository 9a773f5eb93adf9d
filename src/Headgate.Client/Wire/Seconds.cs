namespace Headgate.Client.Wire;

/// <summary>Times as the service writes them: seconds as exact decimals, to the microsecond.</summary>
internal static class Seconds
{
    private static readonly decimal Most = (decimal)TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond - 1;

    public static decimal? Of(TimeSpan? time) => time is { } span ? (decimal)span.Ticks / TimeSpan.TicksPerSecond : null;

    /// <summary>Null for a number that is no time: negative, or beyond what a <see cref="TimeSpan"/> holds.</summary>
    public static TimeSpan? ToTime(decimal seconds) => seconds >= 0 && seconds <= Most ? TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)) : null;

    /// <summary>A Unix time; beyond the year 9999 it is the last instant.</summary>
    public static DateTimeOffset? ToInstant(decimal seconds)
    {
        if (ToTime(seconds) is not { } since) return null;
        return since < DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch + since : DateTimeOffset.MaxValue;
    }
}
