using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// An address as 128 bits. IPv4 stands as its IPv4-mapped IPv6 form, so that both spellings of one host are one address. Scope ids are no
/// part of it: they name an interface of this machine, not a caller.
/// </summary>
internal readonly record struct NetworkAddress(ulong High, ulong Low)
{
    private const ulong Ipv4Mark = 0xFFFF_0000_0000;

    private static readonly SearchValues<char> Ipv6Characters = SearchValues.Create("0123456789abcdefABCDEF:.");

    public bool IsIpv4 => High == 0 && Low >> 32 == Ipv4Mark >> 32;

    public static NetworkAddress From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? FromIpv4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>The address with all but its leading bits cleared: of 32 for IPv4, of 128 for IPv6.</summary>
    public NetworkAddress Prefix(int bits) => PrefixOf128(IsIpv4 ? bits + 96 : bits);

    /// <summary>
    /// Reads <c>203.0.113.7</c> or <c>2001:db8::1%eth0</c>. IPv4 only as four decimal numbers: what else the framework reads (<c>0x7f.1</c>,
    /// <c>010.0.0.1</c>) another machine may read otherwise.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetworkAddress address)
    {
        address = default;
        if (!text.Contains(':')) return TryParseIpv4(text, out address);
        int scope = text.IndexOf('%');
        if (scope >= 0) text = text[..scope];
        if (text.Length > 45 || text.ContainsAnyExcept(Ipv6Characters) || !IPAddress.TryParse(text, out IPAddress? parsed)) return false;
        if (parsed.AddressFamily != AddressFamily.InterNetworkV6) return false;
        address = From(parsed);
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new IPAddress(IsIpv4 ? bytes[12..] : bytes).ToString();
    }

    private static NetworkAddress FromIpv4(uint bits) => new(0, Ipv4Mark | bits);

    private NetworkAddress PrefixOf128(int bits) => bits <= 64
        ? new(High & Leading(bits), 0)
        : new(High, Low & Leading(bits - 64));

    // A shift by 64 would be one by 0.
    private static ulong Leading(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);

    private static bool TryParseIpv4(ReadOnlySpan<char> text, out NetworkAddress address)
    {
        address = default;
        if (text.Length is < 7 or > 15) return false;
        uint bits = 0, number = 0;
        int parts = 1, digits = 0;
        foreach (char c in text)
        {
            if (c == '.')
            {
                if (digits == 0 || ++parts > 4) return false;
                bits = (bits << 8) | number;
                number = 0;
                digits = 0;
                continue;
            }

            // A second digit after a leading zero would be octal to some.
            if (!char.IsAsciiDigit(c) || (digits > 0 && number == 0)) return false;
            digits++;
            number = (number * 10) + (uint)(c - '0');
            if (number > 255) return false;
        }

        if (parts != 4 || digits == 0) return false;
        address = FromIpv4((bits << 8) | number);
        return true;
    }
}
