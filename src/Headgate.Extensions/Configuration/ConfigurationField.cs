namespace Headgate.Extensions.Configuration;

internal enum FieldType
{
    /// <summary>Fields that are known.</summary>
    Fields,

    /// <summary>Names that the operator gives, each with fields.</summary>
    Named,

    /// <summary>A list of fields.</summary>
    Items,

    Text,

    /// <summary>One text, or a list of them.</summary>
    Texts,

    Number,

    /// <summary>A number, or <c>header:NAME</c>.</summary>
    Cost,

    Truth,

    Duration,

    /// <summary>One of a few words.</summary>
    Mode,
}

/// <summary>A field of the configuration: what the reader knows, and what the reference and the editors' schema say.</summary>
/// <param name="Path">Where: <c>*</c> stands for a name that the operator gives, <c>[]</c> for an item of a list.</param>
/// <param name="Type">What stands there.</param>
/// <param name="Range">What it may be, with units.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Meaning">What it does.</param>
/// <param name="Example">A value, as in YAML.</param>
internal sealed record ConfigurationField(string Path, FieldType Type, string Range, string Default, string Meaning, string Example)
{
    /// <summary>The last name of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>The path without the last name; empty for a field of the whole.</summary>
    public string Parent => Path.LastIndexOf('.') is >= 0 and int dot ? Path[..dot] : "";
}
