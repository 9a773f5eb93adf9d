using System.Net;

namespace Headgate.Extensions;

/// <summary>Whose word counts on where a request comes from. Immutable.</summary>
public sealed record ForwardedOptions
{
    private readonly int _ipv6Prefix = 64;

    /// <summary>The default: nobody's but the connection's, and IPv6 addresses by their first 64 bits.</summary>
    public static ForwardedOptions Default { get; } = new();

    /// <summary>Networks of proxies whose header is believed, the last hop first; none by default, and then the header changes nothing.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// The header that the proxies write: <c>X-Forwarded-For</c> (the default) or one like it, or <c>Forwarded</c> (RFC 7239). Only this one
    /// is looked at: a proxy passes on unchanged those that it does not write.
    /// </summary>
    public string Header { get; init; } = "X-Forwarded-For";

    /// <summary>How many leading bits of an IPv6 address make a caller: 32 to 128; 64 by default, what one customer is given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public int Ipv6Prefix
    {
        get => _ipv6Prefix;
        init => _ipv6Prefix = value is >= 32 and <= 128
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Ipv6Prefix), value, $"Ipv6Prefix is {value}; it must be between 32 and 128. Use 64, or 56 or 48 where a customer gets that much.");
    }

    /// <summary>How many leading bits of an IPv4 address make a caller: 8 to 32; 32 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public int Ipv4Prefix
    {
        get;
        init => field = value is >= 8 and <= 32
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Ipv4Prefix), value, $"Ipv4Prefix is {value}; it must be between 8 and 32. Use 32 for one address.");
    } = 32;
}
