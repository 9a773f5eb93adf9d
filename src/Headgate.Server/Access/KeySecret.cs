using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Headgate.Server.Access;

/// <summary>The secret of a key: <c>hg_ID_RANDOM</c>, where RANDOM is 256 random bits. Whoever has it is its holder; what is kept is its SHA-256.</summary>
internal static class KeySecret
{
    /// <summary>The longest text that is looked at, in characters.</summary>
    public const int MaxLength = 512;

    private const string Prefix = "hg_";
    private const int IdBytes = 6;
    private const int RandomBytes = 32;
    private const int RandomLength = 43;

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    public static string New(string id)
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        return $"{Prefix}{id}_{Base64Url.EncodeToString(random)}";
    }

    /// <summary>The id in a secret; empty if it has not the form of one.</summary>
    public static ReadOnlySpan<char> IdOf(ReadOnlySpan<char> secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal)) return [];
        ReadOnlySpan<char> rest = secret[Prefix.Length..];
        int end = rest.IndexOf('_');
        return end > 0 && rest.Length - end - 1 == RandomLength ? rest[..end] : [];
    }

    public static string Hash(string secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(secret, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>False, and nothing is written, if the text is too long for a secret.</summary>
    public static bool Hash(ReadOnlySpan<char> secret, Span<byte> hash)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        if (!Encoding.UTF8.TryGetBytes(secret, bytes, out int length)) return false;
        SHA256.HashData(bytes[..length], hash);
        CryptographicOperations.ZeroMemory(bytes[..length]);
        return true;
    }
}
