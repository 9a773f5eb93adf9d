using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Headgate.Server.Tests.Metrics;

/// <summary>A sample of an exposition.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>A family of an exposition, by the name that its TYPE line has.</summary>
internal sealed record ParsedFamily(string Name, string Type, string? Help, string? Unit, List<Sample> Samples);

/// <summary>
/// Reads an exposition, and refuses whatever the format does not allow, and some of what it allows but Prometheus would stumble over: a family in two places,
/// a series twice, buckets that shrink or do not end in +Inf, a counter below zero.
/// </summary>
internal sealed partial class Exposition
{
    private readonly bool _openMetrics;
    private readonly Dictionary<string, ParsedFamily> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _series = new(StringComparer.Ordinal);
    private ParsedFamily? _current;
    private string? _help;
    private string? _helpName;

    private Exposition(bool openMetrics) => _openMetrics = openMetrics;

    public static IReadOnlyDictionary<string, ParsedFamily> Parse(byte[] bytes, bool openMetrics)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        if (!text.EndsWith('\n')) throw Bad("the last line does not end");
        Exposition exposition = new(openMetrics);
        string[] lines = text[..^1].Split('\n');
        if (openMetrics && lines[^1] != "# EOF") throw Bad("no # EOF at the end");
        foreach (string line in openMetrics ? lines[..^1] : lines) exposition.Read(line);
        foreach (ParsedFamily family in exposition._families.Values) exposition.Check(family);
        return exposition._families;
    }

    private void Read(string line)
    {
        if (line.Length == 0) throw Bad("an empty line");
        if (!line.StartsWith('#'))
        {
            ReadSample(line);
            return;
        }

        Match meta = Meta().Match(line);
        if (!meta.Success) throw Bad(line);
        string name = meta.Groups["name"].Value;
        string rest = meta.Groups["rest"].Value;
        switch (meta.Groups["what"].Value)
        {
            case "HELP":
                _help = Unescape(rest, quotes: _openMetrics);
                _helpName = name;
                break;
            case "TYPE":
                string[] types = _openMetrics ? ["counter", "gauge", "histogram", "info"] : ["counter", "gauge", "histogram"];
                if (!types.Contains(rest)) throw Bad($"type {rest}");
                if (_helpName is not null && _helpName != name) throw Bad($"HELP of {_helpName} before TYPE of {name}");
                _current = new ParsedFamily(name, rest, _help, null, []);
                if (!_families.TryAdd(name, _current)) throw Bad($"{name} is there twice");
                (_help, _helpName) = (null, null);
                break;
            default:
                if (!_openMetrics) throw Bad("UNIT is of OpenMetrics");
                if (_current?.Name != name || _current.Samples.Count > 0 || !name.EndsWith("_" + rest, StringComparison.Ordinal)) throw Bad(line);
                _families[name] = _current = _current with { Unit = rest };
                break;
        }
    }

    private void ReadSample(string line)
    {
        Match match = SampleLine().Match(line);
        if (!match.Success) throw Bad(line);
        string name = match.Groups["name"].Value;
        if (_helpName is not null || _current is null || !Suffixes(_current.Type).Any(suffix => name == _current.Name + suffix)) throw Bad($"{name} does not belong to {_current?.Name}");
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (Match label in Label().Matches(match.Groups["labels"].Value))
        {
            string value = Unescape(label.Groups["value"].Value, quotes: true);
            if (value.Length > 128) throw Bad($"a label of {value.Length} characters");
            if (!labels.TryAdd(label.Groups["key"].Value, value)) throw Bad($"a label twice: {line}");
        }

        if (!_series.Add($"{name}{{{string.Join(',', labels.Select(l => $"{l.Key}={l.Value}"))}}}")) throw Bad($"a series twice: {line}");
        _current.Samples.Add(new Sample(name, labels, Number(match.Groups["value"].Value)));
    }

    private string[] Suffixes(string type) => type switch
    {
        "counter" => _openMetrics ? ["_total"] : [""],
        "histogram" => ["_bucket", "_sum", "_count"],
        "info" => ["_info"],
        _ => [""],
    };

    private void Check(ParsedFamily family)
    {
        if (family.Samples.Count == 0) throw Bad($"{family.Name} has no sample");
        if (family.Type == "counter" && family.Samples.Any(s => !(s.Value >= 0))) throw Bad($"{family.Name} is below zero");
        if (!_openMetrics && family.Type == "counter" && !family.Name.EndsWith("_total", StringComparison.Ordinal)) throw Bad($"{family.Name} without _total");
        if (family.Type != "histogram") return;
        foreach (IGrouping<string, Sample> series in family.Samples.GroupBy(s => string.Join(',', s.Labels.Where(l => l.Key != "le").Select(l => $"{l.Key}={l.Value}"))))
        {
            Sample[] buckets = [.. series.Where(s => s.Name.EndsWith("_bucket", StringComparison.Ordinal))];
            double[] bounds = [.. buckets.Select(b => Number(b.Labels["le"]))];
            if (bounds.Length == 0 || !double.IsPositiveInfinity(bounds[^1])) throw Bad($"{family.Name} does not end in +Inf");
            if (!bounds.SequenceEqual(bounds.Order().Distinct())) throw Bad($"{family.Name} has boundaries in no order");
            if (!buckets.Select(b => b.Value).SequenceEqual(buckets.Select(b => b.Value).Order())) throw Bad($"{family.Name} has a bucket with less than the one before");
            if (_openMetrics && buckets.Any(b => !b.Labels["le"].Contains('.') && b.Labels["le"] != "+Inf" && !b.Labels["le"].Contains('E'))) throw Bad($"{family.Name}: a boundary that is no float");
            if (series.Single(s => s.Name.EndsWith("_count", StringComparison.Ordinal)).Value != buckets[^1].Value) throw Bad($"{family.Name}: count is not the last bucket");
            _ = series.Single(s => s.Name.EndsWith("_sum", StringComparison.Ordinal));
        }
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" => double.NaN,
        _ => double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text, bool quotes) => Escape().Replace(text, escape => escape.Value switch
    {
        "\\\\" => "\\",
        "\\n" => "\n",
        "\\\"" when quotes => "\"",
        _ => throw Bad($"the escape {escape.Value}"),
    });

    private static FormatException Bad(string what) => new(what);

    [GeneratedRegex(@"^# (?<what>HELP|TYPE|UNIT) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.+)$")]
    private static partial Regex Meta();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\.)*")*)\})? (?<value>[-+]?[0-9][-+.0-9eE]*|[+-]Inf|NaN)$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<key>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\.)*)"(,|$)""")]
    private static partial Regex Label();

    [GeneratedRegex(@"\\.?")]
    private static partial Regex Escape();
}
