using Headgate.Extensions.Policies;

namespace Headgate.Extensions;

/// <summary>One thing that can identify a caller: <c>api_key</c>, <c>header:X-Client</c>. Immutable.</summary>
/// <remarks>
/// A partition key names its source before the value, <c>user:alice</c>, so that a user called like an address never shares its permits.
/// </remarks>
public sealed record KeySource
{
    /// <summary>The most characters of a name: 128.</summary>
    public const int MaxNameLength = 128;

    private static readonly (KeyKind Kind, string Text, bool IsNamed)[] Kinds =
    [
        (KeyKind.ApiKey, "api_key", false), (KeyKind.User, "user", false), (KeyKind.Ip, "ip", false), (KeyKind.Tenant, "tenant", false),
        (KeyKind.Global, "global", false), (KeyKind.Header, "header", true), (KeyKind.Claim, "claim", true), (KeyKind.Route, "route", true),
        (KeyKind.Query, "query", true), (KeyKind.Custom, "custom", true),
    ];

    private KeySource(KeyKind kind, string? name, string text)
    {
        Kind = kind;
        Name = name;
        Prefix = PartitionKey.PrefixOf(text, name);
        Text = name is null ? text : $"{text}:{name}";
    }

    /// <summary>An authenticated API key.</summary>
    public static KeySource ApiKey { get; } = Parse("api_key");

    /// <summary>The authenticated user.</summary>
    public static KeySource User { get; } = Parse("user");

    /// <summary>The caller's address.</summary>
    public static KeySource Ip { get; } = Parse("ip");

    /// <summary>Where from.</summary>
    public KeyKind Kind { get; }

    /// <summary>The name of the header, claim, route value, parameter or function; null for the other kinds.</summary>
    public string? Name { get; }

    /// <summary>What stands before the value in a partition key: <c>header:X-Client:</c>.</summary>
    internal string Prefix { get; }

    private string Text { get; }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is not a source; the message names those there are.</exception>
    public static KeySource Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? text : text[..colon];
        foreach ((KeyKind known, string name, bool isNamed) in Kinds)
        {
            if (name != kind) continue;
            if (!isNamed && colon >= 0) throw new FormatException($"the key source '{text}' has a name; {name} takes none. Write '{name}'.");
            if (!isNamed) return new KeySource(known, null, name);
            string rest = colon < 0 ? "" : text[(colon + 1)..].Trim();
            if (rest.Length is 0 or > MaxNameLength)
                throw new FormatException($"the key source '{text}' has a name of {rest.Length} characters; it must have 1 to {MaxNameLength}. Write '{name}:NAME'.");
            return new KeySource(known, rest, name);
        }

        throw new FormatException($"'{text}' is not a key source; it must be one of {string.Join(", ", Kinds.Select(k => k.IsNamed ? k.Text + ":NAME" : k.Text))}.");
    }

    /// <summary>The text: <c>header:X-Client</c>.</summary>
    public override string ToString() => Text;
}
