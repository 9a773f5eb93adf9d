using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Headgate.AspNetCore.Observability;

/// <summary>
/// What logs and lists call a caller: 12 hexadecimal digits that are the same for the same key until the process ends, and from which the key
/// cannot be found without the secret of the process. With 1,000 callers two share one with a chance below 1 in 500 million.
/// </summary>
internal static class CallerId
{
    /// <summary>The longest key that is kept as it is. Keys of requests are shorter; code may make up others.</summary>
    public const int MaxKeyLength = 512;

    private const int Digits = 12;
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    /// <summary>A kind of source as it stands at the front of a key; what is not one of these may be part of a secret and is not shown.</summary>
    private static readonly string[] Sources = ["api_key", "user", "ip", "tenant", "global", "header", "claim", "route", "query", "custom"];

    public static string Of(string key)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret, MemoryMarshal.AsBytes(key.AsSpan()), mac);
        return Convert.ToHexStringLower(mac[..(Digits / 2)]);
    }

    /// <summary>Where the key was taken from: <c>user</c>; <c>several</c> of a joint key; <c>nobody</c>; <c>other</c> of a key that code made up.</summary>
    public static string SourceOf(string key)
    {
        if (key is Extensions.Policies.PartitionKey.Nobody) return key;
        ReadOnlySpan<char> rest = key;
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        bool isJoint = digits is > 0 and < 5 && rest[digits] == ':';
        if (isJoint) rest = rest[(digits + 1)..];
        foreach (string source in Sources)
        {
            if (rest.StartsWith(source, StringComparison.Ordinal) && (rest.Length == source.Length || rest[source.Length] == ':')) return isJoint ? "several" : source;
        }

        return "other";
    }

    /// <summary>The key, or if it is longer than may be kept, its beginning and 128 bits of its hash, so that two that begin alike stay two.</summary>
    public static string Bounded(string key) => key.Length <= MaxKeyLength ? key : Clip(key);

    private static string Clip(string key)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Secret, MemoryMarshal.AsBytes(key.AsSpan()), mac);
        return string.Concat(key.AsSpan(0, MaxKeyLength - 33), "~", Convert.ToHexStringLower(mac[..16]));
    }
}
