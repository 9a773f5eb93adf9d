using System.Globalization;
using System.Text;

namespace Headgate.Server.Metrics;

/// <summary>The labels of a series as they stand between the braces: sorted by name, each name once, values escaped and of at most 128 characters.</summary>
internal static class LabelSet
{
    /// <summary>UTF-16 characters of a value; the rest is cut off.</summary>
    public const int MaxValueLength = 128;

    /// <summary>What all series beyond the bound of an instrument are folded into, as OpenTelemetry calls it.</summary>
    public static string Overflow => "otel_metric_overflow=\"true\"";

    /// <summary>The text of tags in any order; empty for none.</summary>
    /// <param name="tags">Tags of a measurement.</param>
    /// <param name="constant">Tags of the instrument and its meter.</param>
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags, ReadOnlySpan<KeyValuePair<string, object?>> constant)
    {
        if (tags.IsEmpty && constant.IsEmpty) return "";
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        Put(labels, constant);
        Put(labels, tags);
        StringBuilder text = new();
        foreach ((string name, string value) in labels)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(name).Append("=\"").Append(Escape(value)).Append('"');
        }

        return text.ToString();
    }

    public static string Escape(string value) =>
        value.AsSpan().IndexOfAny('\\', '"', '\n') < 0 ? value : value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static void Put(SortedDictionary<string, string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // A later value of the same tag replaces an earlier one. Different tags whose names are written alike are joined, in the order of their names.
        foreach (IGrouping<string, KeyValuePair<string, object?>> alike in tags.ToArray().DistinctLast().GroupBy(tag => MetricName.Label(tag.Key), StringComparer.Ordinal))
            labels[alike.Key] = Cut(string.Join(';', alike.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => Text(tag.Value))));
    }

    private static IEnumerable<KeyValuePair<string, object?>> DistinctLast(this KeyValuePair<string, object?>[] tags) =>
        tags.Reverse().DistinctBy(tag => tag.Key, StringComparer.Ordinal);

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Cut(string value)
    {
        if (value.Length <= MaxValueLength) return value;
        // Half of a surrogate pair is no character.
        return value[..(char.IsHighSurrogate(value[MaxValueLength - 1]) ? MaxValueLength - 1 : MaxValueLength)];
    }
}
