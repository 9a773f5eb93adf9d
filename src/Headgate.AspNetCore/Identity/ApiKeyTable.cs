using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Headgate.Extensions;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// The callers by the SHA-256 of their secrets. Time tells nothing: a caller cannot choose the hash of a guess, and hashes are compared in
/// constant time.
/// </summary>
internal sealed class ApiKeyTable
{
    private readonly FrozenDictionary<Hash, string> _keys;

    public ApiKeyTable(ApiKeys known)
    {
        Dictionary<Hash, string> keys = [];
        foreach ((string name, string text) in known.Hashes.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            // What is no hash fits no secret; saying so is the business of whoever reads the configuration.
            if (Hash.TryParse(text, out Hash hash)) keys.TryAdd(hash, PartitionKey.Of(KeySource.ApiKey, name));
        }

        _keys = keys.ToFrozenDictionary();
    }

    public bool IsEmpty => _keys.Count == 0;

    /// <summary>The key of the caller whose secret it is, or null.</summary>
    public string? KeyOf(string secret)
    {
        if (IsEmpty) return null;
        Span<byte> bytes = stackalloc byte[ApiKeyReader.MaxBytes];
        if (!Encoding.UTF8.TryGetBytes(secret, bytes, out int length)) return null;
        Hash hash = default;
        SHA256.HashData(bytes[..length], hash);
        CryptographicOperations.ZeroMemory(bytes[..length]);
        return _keys.GetValueOrDefault(hash);
    }

    [InlineArray(SHA256.HashSizeInBytes)]
    private struct Hash : IEquatable<Hash>
    {
        private byte _first;

        public static bool TryParse(string text, out Hash hash)
        {
            hash = default;
            return text.Length == 2 * SHA256.HashSizeInBytes
                && Convert.FromHexString(text, hash, out _, out int written) == System.Buffers.OperationStatus.Done
                && written == SHA256.HashSizeInBytes;
        }

        public readonly bool Equals(Hash other) => CryptographicOperations.FixedTimeEquals(this, other);

        public override readonly bool Equals(object? obj) => obj is Hash other && Equals(other);

        // A hash is as good as random: any four bytes of it will do.
        public override readonly int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(this);
    }
}
