using System.Net;

namespace Headgate.AspNetCore.Identity;

/// <summary>The networks of proxies whose word counts. A network of IPv6 holds no IPv4 address: <c>::/0</c> trusts nobody of IPv4.</summary>
internal sealed class TrustedNetworks
{
    private readonly (NetworkAddress Base, int Bits)[] _networks;

    public TrustedNetworks(IEnumerable<IPNetwork> networks) => _networks = [.. networks.Select(Read)];

    public bool IsEmpty => _networks.Length == 0;

    public bool Contains(NetworkAddress address)
    {
        foreach ((NetworkAddress start, int bits) in _networks)
        {
            if (start.IsIpv4 == address.IsIpv4 && address.Prefix(bits) == start) return true;
        }

        return false;
    }

    private static (NetworkAddress Base, int Bits) Read(IPNetwork network)
    {
        NetworkAddress start = NetworkAddress.From(network.BaseAddress);
        int bits = network.PrefixLength;
        // ::ffff:10.0.0.0/104 is another spelling of 10.0.0.0/8.
        if (start.IsIpv4 && network.BaseAddress.IsIPv4MappedToIPv6) bits -= 96;
        return (start, bits);
    }
}
