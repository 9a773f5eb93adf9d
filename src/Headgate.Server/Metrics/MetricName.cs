namespace Headgate.Server.Metrics;

/// <summary>
/// How OpenTelemetry's names and units are written for Prometheus: dots become underscores, the unit stands at the end in full, and so does
/// <c>_total</c> at a counter (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/).
/// </summary>
internal static class MetricName
{
    /// <summary>The name of a family, without <c>_total</c>, and its unit; null for none.</summary>
    /// <param name="name">The instrument's.</param>
    /// <param name="unit">The instrument's: <c>s</c>, <c>By</c>, <c>{request}</c>.</param>
    /// <param name="kind">What is made of it.</param>
    public static (string Name, string? Unit) Of(string name, string? unit, FamilyKind kind)
    {
        string text = Clean(name, allowColon: true);
        if (kind == FamilyKind.Counter && text.EndsWith("_total", StringComparison.Ordinal)) text = text[..^"_total".Length];
        string? spelled = Spell(unit, kind);
        if (spelled is null) return (text, null);
        if (text == spelled || text.EndsWith("_" + spelled, StringComparison.Ordinal)) return (text, spelled);
        return ($"{text}_{spelled}", spelled);
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string key)
    {
        string text = Clean(key, allowColon: false);
        // Names that Prometheus keeps to itself.
        return text is "le" or "quantile" ? text + "_" : text;
    }

    private static string? Spell(string? unit, FamilyKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit[0] == '{') return null;
        if (unit == "1") return kind == FamilyKind.Gauge ? "ratio" : null;
        int slash = unit.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return Word(unit);
        string per = unit[(slash + 1)..];
        string one = per.StartsWith('{') ? Clean(per.Trim('{', '}'), allowColon: false) : Word(per).TrimEnd('s');
        string? counted = Spell(unit[..slash], kind);
        return counted is null ? $"per_{one}" : $"{counted}_per_{one}";
    }

    private static string Word(string unit) => unit switch
    {
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "Hz" => "hertz",
        "Cel" => "celsius",
        "%" => "percent",
        _ => Clean(unit, allowColon: false),
    };

    /// <summary>Letters, digits and single underscores, with no digit in front.</summary>
    private static string Clean(string text, bool allowColon)
    {
        Span<char> clean = text.Length < 255 ? stackalloc char[text.Length + 1] : new char[text.Length + 1];
        int length = 0;
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) clean[length++] = '_';
        foreach (char c in text)
        {
            char next = char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':') ? c : '_';
            if (next == '_' && length > 0 && clean[length - 1] == '_') continue;
            clean[length++] = next;
        }

        return new string(clean[..length]);
    }
}
