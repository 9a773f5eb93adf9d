namespace Headgate.Extensions;

/// <summary>API keys that the configuration knows: who shows a secret is the caller that it belongs to. Immutable.</summary>
public sealed record ApiKeys
{
    /// <summary>The most keys: 100,000.</summary>
    public const int MaxKeys = 100_000;

    /// <summary>No keys.</summary>
    public static ApiKeys None { get; } = new();

    /// <summary>The request header that carries the secret: <c>X-Api-Key</c> by default.</summary>
    public string Header { get; init; } = "X-Api-Key";

    /// <summary>
    /// The SHA-256 of each secret, as 64 hexadecimal digits, by the caller's name, which is what keys and overrides are called by. Only
    /// hashes: the configuration gives no secret away.
    /// </summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
