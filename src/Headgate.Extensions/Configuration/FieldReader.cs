using System.Globalization;

namespace Headgate.Extensions.Configuration;

/// <summary>Takes values out of nodes; what is not as it must be is collected, and null comes back.</summary>
internal sealed class FieldReader(ConfigurationErrors errors)
{
    public ConfigurationErrors Errors => errors;

    /// <summary>The fields of a node that are known below a path, by name. Unknown ones and ones that are given twice are errors.</summary>
    public IReadOnlyDictionary<string, ConfigurationNode> Fields(ConfigurationNode node, string path)
    {
        Dictionary<string, ConfigurationNode> found = new(StringComparer.Ordinal);
        string[] known = [.. ConfigurationFields.Of(path)];
        foreach (ConfigurationNode child in Named(node))
        {
            string? name = Array.Find(known, one => string.Equals(one, child.Name, node.Origin.IsLoose ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
            if (name is not null) found[name] = child;
            else if (!(node.Origin.IsShared && path.Length == 0)) errors.AddName(child, $"'{Printable.Of(child.Name)}' is not a field here. {NearMiss.Advice(child.Name, known)}");
        }

        return found;
    }

    /// <summary>The children of a map, none twice. Nothing stands for a map without any.</summary>
    public IEnumerable<ConfigurationNode> Named(ConfigurationNode node)
    {
        if (node.Kind == NodeKind.Null) yield break;
        if (node.Kind != NodeKind.Map)
        {
            errors.Add(node, $"{Shown(node)} stands here; there must be fields with names. Write 'name: value'.");
            yield break;
        }

        Dictionary<string, ConfigurationNode> seen = new(StringComparer.Ordinal);
        foreach (ConfigurationNode child in node.Children)
        {
            if (seen.TryAdd(child.Name, child)) yield return child;
            else errors.AddName(child, $"'{Printable.Of(child.Name)}' is given twice, first in line {seen[child.Name].NameLine}; it must be given once. Leave one out.");
        }
    }

    /// <summary>The items of a list; one value stands for a list of it, nothing for an empty one.</summary>
    /// <param name="node">The list.</param>
    /// <param name="most">The most items.</param>
    public IReadOnlyList<ConfigurationNode> Items(ConfigurationNode node, int most)
    {
        if (node.Kind == NodeKind.Null) return [];
        bool isList = node.Kind == NodeKind.List || (node.Origin.IsLoose && node.Kind == NodeKind.Map && node.Children.All(child => int.TryParse(child.Name, NumberStyles.None, CultureInfo.InvariantCulture, out _)));
        if (!isList) return [node];
        if (node.Children.Count <= most) return node.Children;
        errors.Add(node, $"there are {node.Children.Count} values; it must be at most {most}. Leave some out.");
        return [];
    }

    public string[] Texts(ConfigurationNode node, int most) => [.. Items(node, most).Select(Text).OfType<string>()];

    public string? Text(ConfigurationNode node)
    {
        if (node.Kind == NodeKind.Scalar && node.Text.Length > 0) return node.Text;
        errors.Add(node, node.Kind is NodeKind.Scalar or NodeKind.Null ? "there is no value; there must be one. Give one, or leave the field out." : $"{Shown(node)} stands here; there must be one value. Write 'name: value'.");
        return null;
    }

    public bool? Truth(ConfigurationNode node)
    {
        if (Text(node) is not { } text) return null;
        // What comes of true in a JSON file is 'True' in a section.
        string exact = node.Origin.IsLoose && text.Length <= 5 ? text.ToLowerInvariant() : text;
        if (exact is "true" or "false" && node.IsPlain) return exact == "true";
        errors.Add(node, $"{Shown(node)} is neither true nor false. Write true or false{(node.IsPlain ? "" : ", without quotes")}.");
        return null;
    }

    public int? Number(ConfigurationNode node, int least, int most)
    {
        if (Text(node) is not { } text) return null;
        if (node.IsPlain && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        errors.Add(node, $"{Shown(node)} must be a whole number between {least} and {most}. Write it in digits alone{(node.IsPlain ? "" : ", without quotes")}.");
        return null;
    }

    public TimeSpan? Duration(ConfigurationNode node, TimeSpan least, TimeSpan most)
    {
        if (Text(node) is not { } text) return null;
        TimeSpan duration = TimeSpan.Zero;
        try
        {
            if (text is not ("0" or "0s" or "0ms"))
            {
                TextCursor cursor = new(text, "a duration", "500ms");
                duration = DurationText.Read(ref cursor, countRequired: true);
                cursor.End();
            }
        }
        catch (FormatException e)
        {
            errors.Add(node, Printable.Of(e.Message, 400));
            return null;
        }

        if (duration >= least && duration <= most) return duration;
        errors.Add(node, $"{Shown(node)} must be between {(least == TimeSpan.Zero ? "0" : DurationText.Format(least))} and {DurationText.Format(most)}. Write a number and a unit: 500ms, 2s.");
        return null;
    }

    public FailureMode? Mode(ConfigurationNode node)
    {
        if (Text(node) is not { } text) return null;
        switch (text)
        {
            case "open":
                return FailureMode.Open;
            case "closed":
                return FailureMode.Closed;
            case "local":
                return FailureMode.Local;
            default:
                errors.Add(node, $"{Shown(node)} is not a failure mode; it must be open, closed or local.");
                return null;
        }
    }

    /// <summary>Reads a text with a function that says what is wrong by an exception.</summary>
    public T? Parse<T>(ConfigurationNode node, Func<string, T> parse)
        where T : class => Text(node) is { } text ? Try(node, () => parse(text)) : null;

    /// <summary>Makes something of what was read, or says why it cannot be.</summary>
    public T? Try<T>(ConfigurationNode node, Func<T> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // What .NET adds about parameters says nothing to whoever writes a file.
            errors.Add(node, Printable.Of(e.Message.Split(" (Parameter '", 2)[0].Split(Environment.NewLine, 2)[0], 600));
            return null;
        }
    }

    private static string Shown(ConfigurationNode node) => node.Kind switch
    {
        NodeKind.Scalar => node.IsPlain ? Printable.Of(node.Text) : $"'{Printable.Of(node.Text)}'",
        NodeKind.List => "a list",
        NodeKind.Map => "a group of fields",
        _ => "nothing",
    };
}
