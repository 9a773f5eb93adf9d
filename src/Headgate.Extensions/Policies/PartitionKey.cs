using System.Buffers;
using System.Globalization;
using System.Text;

namespace Headgate.Extensions.Policies;

/// <summary>
/// The text of a partition key: <c>user:alice</c> for one source, <c>10:user:alice8:route:id:7</c>-like for several. Injective: a named
/// source escapes the colon, and parts of several are preceded by their length.
/// </summary>
internal static class PartitionKey
{
    /// <summary>A key for those whom nothing identifies. No source writes it: each has a colon.</summary>
    public const string Nobody = "nobody";

    /// <summary>
    /// The longest value that stands in a key as it is. A longer one, which a caller may choose, is replaced by its hash: 256 bits, so that
    /// no two meet.
    /// </summary>
    public const int MaxValueLength = 256;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(":%");

    public static string PrefixOf(string kind, string? name) => name is null ? kind + ":" : $"{kind}:{Escape(name)}:";

    public static string Of(KeySource source, string value) => source.Prefix + Bounded(value);

    /// <summary>Several parts as one key.</summary>
    public static string Join(ReadOnlySpan<string> parts)
    {
        StringBuilder all = new();
        foreach (string part in parts) all.Append(CultureInfo.InvariantCulture, $"{part.Length}:").Append(part);
        return all.ToString();
    }

    /// <summary>Takes apart what <see cref="Join"/> put together.</summary>
    public static string[] Split(string joined)
    {
        List<string> parts = [];
        for (int at = 0; at < joined.Length;)
        {
            int colon = joined.IndexOf(':', at);
            int length = int.Parse(joined.AsSpan(at, colon - at), CultureInfo.InvariantCulture);
            parts.Add(joined.Substring(colon + 1, length));
            at = colon + 1 + length;
        }

        return [.. parts];
    }

    /// <summary>The value in a key of one source: <c>alice</c> of <c>user:alice</c>. Empty for a key of several or of none.</summary>
    public static ReadOnlySpan<char> ValueOf(string key)
    {
        int colon = key.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || char.IsAsciiDigit(key[0])) return default;
        ReadOnlySpan<char> rest = key.AsSpan(colon + 1);
        return IsNamed(key.AsSpan(0, colon)) ? rest[(rest.IndexOf(':') + 1)..] : rest;
    }

    private static string Bounded(string value)
    {
        if (value.Length <= MaxValueLength) return value;
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(value.AsSpan()), hash);
        // The dots are more than any value that stands as it is has room for beside them: a value cannot be written that looks like this.
        return string.Concat(new string('.', MaxValueLength), Convert.ToHexStringLower(hash));
    }

    private static bool IsNamed(ReadOnlySpan<char> kind) => kind is "header" or "claim" or "route" or "query" or "custom";

    private static string Escape(string name) => name.AsSpan().ContainsAny(Escaped)
        ? name.Replace("%", "%25", StringComparison.Ordinal).Replace(":", "%3A", StringComparison.Ordinal)
        : name;
}
