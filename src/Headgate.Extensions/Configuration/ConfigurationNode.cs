namespace Headgate.Extensions.Configuration;

internal enum NodeKind
{
    /// <summary>Nothing: <c>null</c>, <c>~</c>, or no value at all.</summary>
    Null,

    Scalar,

    List,

    Map,
}

/// <summary>A place in a configuration and what stands there, whatever it was written in.</summary>
internal sealed class ConfigurationNode
{
    private readonly List<ConfigurationNode> _children = [];
    private readonly ConfigurationNode? _parent;

    /// <param name="origin">Where the whole comes from.</param>
    /// <param name="parent">What it is in; null for the whole.</param>
    /// <param name="name">The field; for an item of a list its number.</param>
    public ConfigurationNode(ConfigurationOrigin origin, ConfigurationNode? parent, string name)
    {
        Origin = origin;
        _parent = parent;
        Name = name;
        parent?._children.Add(this);
    }

    public ConfigurationOrigin Origin { get; }

    /// <summary>The name of the field, as it was written.</summary>
    public string Name { get; }

    public NodeKind Kind { get; init; }

    /// <summary>The text of a scalar, without its quotes.</summary>
    public string Text { get; init; } = "";

    /// <summary>True for a scalar without quotes, which alone can be a number or a truth.</summary>
    public bool IsPlain { get; init; }

    /// <summary>From 1; 0 where there are no lines. Of a field, where its name stands is <see cref="NameLine"/>.</summary>
    public int Line { get; init; }

    public int Column { get; init; }

    public int NameLine { get; init; }

    public int NameColumn { get; init; }

    /// <summary>The fields of a map or the items of a list, in order; a field that is written twice is there twice.</summary>
    public IReadOnlyList<ConfigurationNode> Children => _children;

    /// <summary>The names down to here: <c>policies.public-api.limits[1]</c>, or as the origin writes them.</summary>
    public string Path
    {
        get
        {
            if (_parent is null) return Origin.Root;
            string before = _parent.Path;
            if (Origin.IsLoose) return before.Length == 0 ? Name : $"{before}:{Name}";
            if (_parent.Kind == NodeKind.List) return $"{before}[{Name}]";
            string name = Printable.Of(Name);
            return before.Length == 0 ? name : $"{before}.{name}";
        }
    }
}

/// <summary>Where a configuration comes from.</summary>
/// <param name="File">The file, or null for a section.</param>
/// <param name="Root">The path of a section, or empty.</param>
/// <param name="IsLoose">
/// True for a section: everything is text there, names have no case, and a list is children called 0, 1 and so on.
/// </param>
/// <param name="IsShared">True for the root of an application's configuration, where other things stand too.</param>
internal sealed record ConfigurationOrigin(string? File, string Root, bool IsLoose, bool IsShared = false);
