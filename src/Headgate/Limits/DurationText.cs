using System.Globalization;

namespace Headgate;

/// <summary>Durations as people write them in a limit: <c>30s</c>, <c>5min</c>, <c>1d</c>, <c>250ms</c>. Exact to the microsecond.</summary>
internal static class DurationText
{
    public const string Units = "us, ms, s, min, h, d or w";

    private const long Second = 1_000_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    /// <summary>The largest unit that divides the duration, as <c>30s</c>; with <paramref name="bareUnit"/>, one of it as <c>s</c>.</summary>
    public static string Format(TimeSpan duration, bool bareUnit = false)
    {
        long micros = duration.Ticks / TimeSpan.TicksPerMicrosecond;
        (long unit, string name) = micros switch
        {
            _ when micros % Day == 0 => (Day, "d"),
            _ when micros % Hour == 0 => (Hour, "h"),
            _ when micros % Minute == 0 => (Minute, "min"),
            _ when micros % Second == 0 => (Second, "s"),
            _ when micros % 1000 == 0 => (1000L, "ms"),
            _ => (1L, "us"),
        };
        long count = micros / unit;
        return bareUnit && count == 1 ? name : count.ToString(CultureInfo.InvariantCulture) + name;
    }

    /// <summary>Reads an optional count (1 if absent and allowed) and a unit.</summary>
    public static TimeSpan Read(ref TextCursor cursor, bool countRequired)
    {
        cursor.SkipSpace();
        int start = cursor.Position;
        long digits = 1;
        int scale = 0;
        if (countRequired || char.IsAsciiDigit(cursor.Current)) cursor.Number("a duration such as 30s", out digits, out scale);
        int unitAt = cursor.Position;
        long unit = UnitMicros(cursor.Word($"a unit of time ({Units})"));
        if (unit == 0) throw cursor.FailAt(unitAt, $"expected a unit of time ({Units})");

        UInt128 scaled = (UInt128)(ulong)digits * (ulong)unit;
        UInt128 divisor = (UInt128)Power10(scale);
        if (scaled % divisor != 0)
            throw cursor.FailAt(start, "expected a whole number of microseconds");

        UInt128 micros = scaled / divisor;
        if (micros < 1 || micros > (ulong)LimitBounds.MaxPeriodMicros)
            throw cursor.FailAt(start, "expected a duration between 1us and 36525d");

        return TimeSpan.FromTicks((long)micros * TimeSpan.TicksPerMicrosecond);
    }

    private static long Power10(int exponent)
    {
        long power = 1;
        for (int i = 0; i < exponent; i++) power *= 10;
        return power;
    }

    private static long UnitMicros(ReadOnlySpan<char> unit) => unit switch
    {
        "us" or "µs" or "microsecond" or "microseconds" => 1,
        "ms" or "millisecond" or "milliseconds" => 1000,
        "s" or "sec" or "second" or "seconds" => Second,
        "m" or "min" or "minute" or "minutes" => Minute,
        "h" or "hr" or "hour" or "hours" => Hour,
        "d" or "day" or "days" => Day,
        "w" or "week" or "weeks" => 7 * Day,
        _ => 0,
    };
}
