using System.Globalization;

namespace Headgate.Http.Learning;

/// <summary>
/// The reset fields that came before the structured ones: <c>RateLimit-Reset</c> and <c>X-RateLimit-Reset</c>. Some servers send seconds from now, others seconds or
/// milliseconds since 1970; only the size tells them apart.
/// </summary>
internal static class ResetField
{
    /// <summary>More seconds than that from now would be 31 years; as seconds since 1970 it is 2001.</summary>
    private const decimal LeastEpochSeconds = 1_000_000_000;

    /// <summary>As milliseconds since 1970 it is 2001; as seconds, the year 33658.</summary>
    private const decimal LeastEpochMilliseconds = 1_000_000_000_000;

    private const int MostLength = 24;

    /// <summary>Zero or more, and at most 400 days, which is beyond what anybody waits; false if it is not a number.</summary>
    /// <param name="text">Digits, perhaps with a fraction.</param>
    /// <param name="now">The server's time, as far as it is known.</param>
    /// <param name="wait">The time until the reset.</param>
    public static bool TryRead(ReadOnlySpan<char> text, DateTimeOffset now, out TimeSpan wait)
    {
        wait = default;
        text = text.Trim(" \t");
        if (text.Length > MostLength || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)) return false;
        decimal seconds = value switch
        {
            >= LeastEpochMilliseconds => (value / 1000) - EpochSeconds(now),
            >= LeastEpochSeconds => value - EpochSeconds(now),
            _ => value,
        };
        wait = Seconds(seconds);
        return true;
    }

    /// <summary>True for the fields' "nothing left": 0, or what some servers make of an overdrawn quota, a negative number.</summary>
    public static bool IsSpent(ReadOnlySpan<char> remaining)
    {
        remaining = remaining.Trim(" \t");
        return remaining.Length <= MostLength
            && decimal.TryParse(remaining, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal value) && value <= 0;
    }

    public static TimeSpan Seconds(decimal seconds) => TimeSpan.FromTicks((long)(Math.Clamp(seconds, 0, 400 * 86_400) * TimeSpan.TicksPerSecond));

    private static decimal EpochSeconds(DateTimeOffset now) => (decimal)(now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond;
}
