using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Headgate.Redis.Limits;
using StackExchange.Redis;

namespace Headgate.Redis.Keys;

/// <summary>
/// Names the keys in Redis. Two different (namespace, limit identity, key) never share one (law 13), and all state of one partition key lies
/// in one slot of a cluster, whatever limits it is of.
/// </summary>
/// <remarks>
/// <para>Compact: <c>hg1{abc}</c> and 20 characters: the prefix, the version of the state's format, a hash tag of three characters from the
/// partition key, and 128 bits of SHA-256 over namespace, limit identity and key, in Z85. 28 bytes, which Redis keeps in 32.</para>
/// <para>Readable: <c>hg:1:namespace:limit:{key}</c>, with what would be ambiguous as <c>%xx</c> or <c>%uxxxx</c>.</para>
/// <para>The second key of a concurrency limit has a <c>+</c> behind it.</para>
/// </remarks>
internal sealed class KeySpace
{
    /// <summary>The version of what the scripts keep. Raise it when a script cannot read what the one before wrote.</summary>
    public const char FormatVersion = '1';

    private const int DomainBytes = 16;
    private const int TagLength = 3;
    private const int HashLength = 20;

    /// <summary>Tag characters are taken from the first 79 digits, which are no braces: one in front would end the tag where it begins.</summary>
    private const uint TagDigits = 79;

    private readonly byte[] _prefix;
    private readonly string _readablePrefix;
    private readonly bool _readable;

    public KeySpace(string prefix, bool readable)
    {
        _readable = readable;
        _prefix = Encoding.ASCII.GetBytes($"{prefix}{FormatVersion}{{");
        _readablePrefix = $"{prefix}:{FormatVersion}:";
    }

    /// <summary>What the keys of a limit in a namespace are hashed with.</summary>
    public static byte[] DomainOf(string ns, string identity) =>
        SHA256.HashData(MemoryMarshal.AsBytes(string.Create(CultureInfo.InvariantCulture, $"{ns.Length}:{ns}{identity}").AsSpan()))[..DomainBytes];

    /// <summary>The key of a state; <paramref name="second"/> for a concurrency limit's second.</summary>
    public RedisKey KeyOf(RedisBinding binding, string key, bool second = false) =>
        _readable ? Encoding.UTF8.GetBytes(ReadableOf(binding, key) + (second ? "+" : "")) : CompactOf(binding, key, second);

    /// <summary>A key that holds nothing, in a slot that is wanted: for asking the server of that slot.</summary>
    public RedisKey ProbeKey(Func<int, bool> isWanted)
    {
        for (int i = 0; ; i++)
        {
            byte[] key = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_readablePrefix}probe:{{{i}}}"));
            if (isWanted(HashSlot.Of(key))) return key;
        }
    }

    private byte[] CompactOf(RedisBinding binding, string key, bool second)
    {
        ReadOnlySpan<byte> characters = MemoryMarshal.AsBytes(key.AsSpan());
        byte[]? rented = null;
        Span<byte> input = characters.Length <= 256
            ? stackalloc byte[DomainBytes + 256]
            : (rented = ArrayPool<byte>.Shared.Rent(DomainBytes + characters.Length));
        binding.KeyDomain.CopyTo(input);
        characters.CopyTo(input[DomainBytes..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..(DomainBytes + characters.Length)], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);

        byte[] name = new byte[_prefix.Length + TagLength + 1 + HashLength + (second ? 1 : 0)];
        _prefix.CopyTo(name, 0);
        Span<byte> rest = name.AsSpan(_prefix.Length);
        uint tag = TagOf(key);
        for (int i = 0; i < TagLength; i++, tag /= TagDigits) rest[i] = Z85.Digit((int)(tag % TagDigits));
        rest[TagLength] = (byte)'}';
        for (int i = 0; i < HashLength / 5; i++)
            Z85.Write(BinaryPrimitives.ReadUInt32BigEndian(hash[(4 * i)..]), rest[(TagLength + 1 + (5 * i))..]);
        if (second) rest[^1] = (byte)'+';
        return name;
    }

    /// <summary>Spreads partition keys over the slots (FNV-1a). Not secret, as no hash tag is: what shares a slot shares a server, never a state.</summary>
    private static uint TagOf(string key)
    {
        uint hash = 2_166_136_261;
        foreach (char c in key) hash = (hash ^ c) * 16_777_619;
        hash ^= hash >> 15;
        return hash % (TagDigits * TagDigits * TagDigits);
    }

    private string ReadableOf(RedisBinding binding, string key)
    {
        StringBuilder name = new(_readablePrefix);
        Escape(name, binding.Namespace);
        name.Append(':');
        Escape(name, binding.Identity);
        name.Append(":{");
        // An empty hash tag would be none.
        if (key.Length == 0) name.Append('%');
        else Escape(name, key);
        return name.Append('}').ToString();
    }

    /// <summary>Escapes what would end a part or the hash tag, what a terminal does not show, and halves of characters, which UTF-8 cannot tell apart.</summary>
    private static void Escape(StringBuilder name, string part)
    {
        for (int i = 0; i < part.Length; i++)
        {
            char c = part[i];
            if (char.IsHighSurrogate(c) && i + 1 < part.Length && char.IsLowSurrogate(part[i + 1])) name.Append(c).Append(part[++i]);
            else if (c is '%' or ':' or '{' or '}' || c <= ' ' || c == '\x7f') name.Append('%').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else if (char.IsSurrogate(c) || char.IsControl(c)) name.Append("%u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else name.Append(c);
        }
    }
}
