using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// Where a request comes from: the peer, or, if that is a trusted proxy, the hop that the proxy names, and so on while the hop is trusted.
/// A hop that cannot be read ends the walk at the last address that a trusted proxy vouched for: what stands further left may be anybody's.
/// </summary>
internal sealed class ForwardedHops
{
    /// <summary>The most hops: 32.</summary>
    public const int MaxHops = 32;

    /// <summary>The most characters of the header that are looked at, from the right: 4,096.</summary>
    public const int MaxCharacters = 4_096;

    private readonly TrustedNetworks _trusted;
    private readonly string _header;
    private readonly bool _isRfc7239;

    public ForwardedHops(ForwardedOptions options)
    {
        _trusted = new TrustedNetworks(options.TrustedProxies);
        _header = options.Header;
        _isRfc7239 = _header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
    }

    public NetworkAddress CallerOf(NetworkAddress peer, IHeaderDictionary headers)
    {
        if (_trusted.IsEmpty || !_trusted.Contains(peer)) return peer;
        StringValues lines = headers[_header];
        NetworkAddress caller = peer;
        int characters = MaxCharacters, hops = 0;
        for (int i = lines.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<char> rest = lines[i];
            for (bool more = true; more;)
            {
                bool isCut = rest.Length > characters;
                ReadOnlySpan<char> seen = isCut ? rest[^characters..] : rest;
                int comma = _isRfc7239 ? ForwardedElement.LastComma(seen) : seen.LastIndexOf(',');
                if (++hops > MaxHops || (isCut && comma < 0)) return caller;
                ReadOnlySpan<char> element = seen[(comma + 1)..].Trim(" \t");
                if (!TryRead(element, out NetworkAddress hop)) return caller;
                caller = hop;
                if (!_trusted.Contains(hop)) return caller;
                int taken = seen.Length - Math.Max(comma, 0);
                characters -= taken;
                rest = rest[..^taken];
                more = comma >= 0;
            }
        }

        return caller;
    }

    private bool TryRead(ReadOnlySpan<char> element, out NetworkAddress hop)
    {
        hop = default;
        if (_isRfc7239 && !ForwardedElement.TryReadFor(element, out element)) return false;
        return ForwardedElement.TryReadNode(element, out hop);
    }
}
