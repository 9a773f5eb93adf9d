using System.Net;
using System.Security.Claims;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// The caller's network. Formatting an address costs more than deciding, so that keys of networks seen of late are kept: every place
/// holds one immutable entry, a newer one takes it, and a lost write is a later miss. At most 1 MiB, whoever calls.
/// </summary>
internal sealed class AddressReader(ForwardedOptions options) : KeyReader
{
    private const int PlaceBits = 12;

    private readonly ForwardedHops _hops = new(options);
    private readonly Entry?[] _kept = new Entry?[1 << PlaceBits];

    public override string? KeyOf(HttpContext context, ClaimsPrincipal? caller)
    {
        // A Unix socket has no address.
        IPAddress? peer = context.Connection.RemoteIpAddress;
        return peer is null ? null : KeyOf(_hops.CallerOf(NetworkAddress.From(peer), context.Request.Headers));
    }

    private string KeyOf(NetworkAddress address)
    {
        int bits = address.IsIpv4 ? options.Ipv4Prefix : options.Ipv6Prefix;
        NetworkAddress network = address.Prefix(bits);
        ref Entry? place = ref _kept[PlaceOf(network)];
        Entry? kept = Volatile.Read(ref place);
        if (kept is not null && kept.Network == network) return kept.Key;
        bool isWhole = bits == (address.IsIpv4 ? 32 : 128);
        Entry entry = new(network, PartitionKey.Of(KeySource.Ip, isWhole ? network.ToString() : $"{network}/{bits}"));
        Volatile.Write(ref place, entry);
        return entry.Key;
    }

    // Odd multipliers spread neighbours over the table; the upper bits of a product depend on all bits of the address.
    private static int PlaceOf(NetworkAddress network) =>
        (int)(((network.High * 0x9E3779B97F4A7C15) ^ (network.Low * 0xC2B2AE3D27D4EB4F)) >> (64 - PlaceBits));

    private sealed record Entry(NetworkAddress Network, string Key);
}
