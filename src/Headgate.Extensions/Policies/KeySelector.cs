using System.Collections.ObjectModel;

namespace Headgate.Extensions;

/// <summary>How a policy tells callers apart: the first part that identifies the caller counts. Immutable.</summary>
/// <remarks>
/// <c>api_key, user, ip</c> is the default: the API key if one was authenticated, else the user, else the address. A part may combine
/// sources, <c>user+route:id</c>: then all of them must be there, and each combination has permits of its own.
/// </remarks>
public sealed record KeySelector
{
    /// <summary>The most parts, and the most sources in one part: 8.</summary>
    public const int MaxParts = 8;

    private readonly ReadOnlyCollection<IReadOnlyList<KeySource>> _parts;

    private KeySelector(IReadOnlyList<KeySource>[] parts) => _parts = new(parts);

    /// <summary>The authenticated API key, else the user, else the IP address.</summary>
    public static KeySelector Default { get; } = Parse("api_key", "user", "ip");

    /// <summary>The parts in order, each of one source or of several that count together.</summary>
    public IReadOnlyList<IReadOnlyList<KeySource>> Parts => _parts;

    /// <summary>Reads parts: <c>Parse("header:X-Client", "user+route:id", "ip")</c>.</summary>
    /// <exception cref="FormatException">A part is not a source or several; the message names the text and what is possible.</exception>
    public static KeySelector Parse(params ReadOnlySpan<string> parts)
    {
        if (parts.Length is 0 or > MaxParts) throw new FormatException($"a key has {parts.Length} parts; it must have 1 to {MaxParts}. Write for example [user, ip].");
        var all = new IReadOnlyList<KeySource>[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            string[] sources = parts[i].Split('+', StringSplitOptions.TrimEntries);
            if (sources.Length > MaxParts) throw new FormatException($"the key part '{parts[i]}' combines {sources.Length} sources; it must be at most {MaxParts}. Use fewer.");
            all[i] = Array.AsReadOnly(Array.ConvertAll(sources, KeySource.Parse));
        }

        return new KeySelector(all);
    }

    /// <summary>The parts as they are written, with commas.</summary>
    public override string ToString() => string.Join(", ", Texts());

    /// <summary>Each part as it is written.</summary>
    internal IEnumerable<string> Texts() => _parts.Select(part => string.Join('+', part));

    /// <summary>Equal when the parts are.</summary>
    public bool Equals(KeySelector? other) => other is not null && Texts().SequenceEqual(other.Texts());

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);
}
