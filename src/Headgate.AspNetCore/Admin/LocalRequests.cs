using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Admin;

/// <summary>What requests look like that come from this machine and from no page of the web: all that can be held against them where nothing else says who asks.</summary>
internal static class LocalRequests
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    // The name that callers use is nearly always the same, and taking it apart allocates.
    private static string? _known;

    /// <summary>True for a connection within this machine that no proxy stands in.</summary>
    /// <param name="context">The request.</param>
    /// <param name="server">The server; null if there is none to ask.</param>
    public static bool IsFromHere(HttpContext context, IServer? server)
    {
        ConnectionInfo connection = context.Connection;
        bool here = connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
            ? IsLoopback(remote) && IsLoopback(local)
            // A server without addresses has no network at all: a test's. A Unix socket has addresses and shows none here.
            : connection.RemoteIpAddress is null && connection.LocalIpAddress is null && server?.Features.Get<IServerAddressesFeature>() is null or { Addresses.Count: 0 };
        if (!here) return false;
        IHeaderDictionary headers = context.Request.Headers;
        foreach (string header in ProxyHeaders)
        {
            if (headers.ContainsKey(header)) return false;
        }

        return true;
    }

    /// <summary>
    /// False for what a page on the web makes a browser on this machine send here. It cannot hide where it comes from; and where it has its own
    /// name resolve to this machine, the name shows.
    /// </summary>
    public static bool IsByName(HttpRequest request)
    {
        StringValues site = request.Headers["Sec-Fetch-Site"];
        if (site.Count > 0 && site is not ["same-origin" or "none"]) return false;
        if (request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host.Value}") return false;
        string? host = request.Host.Value;
        if (string.Equals(host, Volatile.Read(ref _known), StringComparison.Ordinal) && host is not null) return true;
        if (!IsLoopback(request.Host.Host)) return false;
        Volatile.Write(ref _known, host);
        return true;
    }

    public static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>True for localhost and addresses of this machine alone.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IsLoopback(address));

    /// <summary>True for an address to listen on that this machine alone can reach over its network: no socket file, no name but localhost.</summary>
    public static bool IsLoopbackUrl(string url)
    {
        try
        {
            BindingAddress parsed = BindingAddress.Parse(url);
            return !parsed.IsUnixPipe && !parsed.IsNamedPipe && IsLoopback(parsed.Host);
        }
        catch (FormatException)
        {
            // The server will say what is wrong with it.
            return false;
        }
    }
}
