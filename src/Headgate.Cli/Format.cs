using System.Globalization;

namespace Headgate.Cli;

/// <summary>Numbers, times and durations for people; the same on every machine.</summary>
internal static class Format
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Count(long number) => number.ToString("N0", Invariant);

    /// <summary>A number and what it counts: "1 key", "2 keys".</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {Noun(number, noun)}";

    public static string Noun(long number, string noun) => number == 1 ? noun : $"{noun}s";

    /// <summary>Two significant digits below 10 %, so that a small share does not become zero.</summary>
    public static string Share(double share)
    {
        double percent = share * 100;
        string format = percent switch { 0 => "0", < 0.01 => "0.0000", < 0.1 => "0.000", < 1 => "0.00", < 10 => "0.0", _ => "0.0" };
        string text = percent.ToString(format, Invariant);
        return $"{(text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text)} %";
    }

    public static string PerMille(int perMille) => $"{(perMille / 10m).ToString("0.#", Invariant)} %";

    /// <summary>UTC; decimals only where there are some.</summary>
    public static string Time(long micros)
    {
        string format = micros % 1_000_000 == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff";
        return At(micros).ToString(format, Invariant);
    }

    public static string IsoTime(long micros) => At(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", Invariant);

    /// <summary>Day and minute, for an axis.</summary>
    public static string AxisTime(long micros, long spanMicros) =>
        At(micros).ToString(spanMicros > 86_400_000_000 ? "d MMM HH:mm" : spanMicros > 600_000_000 ? "HH:mm" : "HH:mm:ss", Invariant);

    public static string Duration(long micros, bool coarse = false)
    {
        if (micros == 0) return "0 s";
        double seconds = micros / 1_000_000d;
        if (seconds < 1 && !coarse) return $"{(micros / 1000d).ToString("0.###", Invariant)} ms";
        if (seconds < 60) return $"{seconds.ToString(coarse ? "0" : "0.##", Invariant)} s";
        long whole = (long)Math.Round(seconds);
        if (whole < 3600) return Two(whole / 60, "min", whole % 60, "s");
        if (whole < 172_800) return Two(whole / 3600, "h", whole % 3600 / 60, "min");
        return Two(whole / 86_400, "d", whole % 86_400 / 3600, "h");

        static string Two(long large, string largeUnit, long small, string smallUnit) =>
            small == 0 ? $"{Count(large)} {largeUnit}" : $"{Count(large)} {largeUnit} {small} {smallUnit}";
    }

    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => $"{(bytes / 1e3).ToString("0.0", Invariant)} kB",
        < 1_000_000_000 => $"{(bytes / 1e6).ToString("0.0", Invariant)} MB",
        _ => $"{(bytes / 1e9).ToString("0.0", Invariant)} GB",
    };

    private static DateTime At(long micros) => DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
