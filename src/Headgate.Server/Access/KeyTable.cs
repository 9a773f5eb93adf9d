using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Headgate.Server.Access;

/// <summary>What became of a secret that was shown.</summary>
internal enum KeyOutcome
{
    Good,
    Unknown,
    Expired,
}

/// <summary>The keys of one version of the configuration, and the key that the service was started with. Immutable; allocates nothing when asked.</summary>
/// <remarks>
/// A key is found by its id, which is public, and its hash compared in constant time. An id that is not known takes the same steps, against a hash
/// that nothing has: time does not tell which ids there are.
/// </remarks>
internal sealed class KeyTable
{
    private static readonly Entry Nobody = new(Caller.Loopback, RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes), null, null, DateTimeOffset.MinValue);

    private readonly Dictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> _entries;
    private readonly Entry? _first;

    /// <param name="keys">By their id.</param>
    /// <param name="first">The key that the service was started with; null for none.</param>
    public KeyTable(ImmutableDictionary<string, AccessKey> keys, FirstKey? first)
    {
        Source = keys;
        Dictionary<string, Entry> entries = new(keys.Count, StringComparer.Ordinal);
        foreach ((string id, AccessKey key) in keys)
        {
            // What is no hash fits no secret.
            if (HashOf(key.Hash) is { } hash) entries.Add(id, new Entry(CallerOf(key), hash, HashOf(key.PreviousHash), key.PreviousUntil, key.ExpiresAt));
        }

        _entries = entries.GetAlternateLookup<ReadOnlySpan<char>>();
        if (first is not null) _first = new Entry(FirstKey.Caller, first.Hash, null, null, null);
    }

    /// <summary>What it was made of.</summary>
    public ImmutableDictionary<string, AccessKey> Source { get; }

    /// <summary>Who holds a secret.</summary>
    /// <param name="secret">What was shown.</param>
    /// <param name="now">Expiry and grace times are held against it.</param>
    /// <param name="caller">The holder, if the secret is good.</param>
    public KeyOutcome Find(ReadOnlySpan<char> secret, DateTimeOffset now, out Caller caller)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        bool isShort = KeySecret.Hash(secret, hash);
        bool isKnown = _entries.TryGetValue(KeySecret.IdOf(secret), out Entry? entry);
        entry ??= Nobody;
        bool fits = CryptographicOperations.FixedTimeEquals(hash, entry.Hash);
        bool fitted = CryptographicOperations.FixedTimeEquals(hash, entry.Previous ?? Nobody.Hash) && entry.PreviousUntil > now;
        bool isFirst = CryptographicOperations.FixedTimeEquals(hash, (_first ?? Nobody).Hash) && _first is not null;
        if (isFirst && isShort)
        {
            caller = _first!.Caller;
            return KeyOutcome.Good;
        }

        caller = entry.Caller;
        if (!isShort || !isKnown || !(fits || fitted)) return KeyOutcome.Unknown;
        return entry.ExpiresAt is { } end && end <= now ? KeyOutcome.Expired : KeyOutcome.Good;
    }

    private static Caller CallerOf(AccessKey key)
    {
        string name = key.Name.Length == 0 ? "" : $" ({Printable.Of(key.Name)})";
        return new Caller($"key {key.Id}{name}", key.Role, key.Tenant) { KeyId = key.Id };
    }

    private static byte[]? HashOf(string? text) =>
        text is { Length: 2 * SHA256.HashSizeInBytes } && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;

    private sealed record Entry(Caller Caller, byte[] Hash, byte[]? Previous, DateTimeOffset? PreviousUntil, DateTimeOffset? ExpiresAt);
}
