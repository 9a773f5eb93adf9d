using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Admin;

/// <summary>Lets requests to the admin endpoints in, or says why not.</summary>
internal sealed class AdminGate(AdminOptions options, IServer? server)
{
    private const string KeyHeader = "X-Admin-Key";
    private const string Bearer = "Bearer ";

    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    private readonly byte[]? _hash = options.ApiKeyHash is { } hash ? Convert.FromHexString(hash) : null;

    /// <summary>Who asks, for the audit log.</summary>
    /// <exception cref="AdminRefusal">The request may not come in.</exception>
    public string Enter(HttpContext context, AdminAccess access)
    {
        switch (access)
        {
            case AdminAccess.Key:
                CheckKey(context);
                return "the admin key";
            case AdminAccess.Loopback:
                CheckConnection(context);
                CheckBrowser(context.Request);
                return "loopback";
            default:
                return context.User.Identity is { IsAuthenticated: true } caller ? Printable(caller.Name) : "anonymous";
        }
    }

    private void CheckKey(HttpContext context)
    {
        string? shown = Shown(context.Request.Headers);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (shown is not null)
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(shown), hash);
            // In constant time: how much of a guess was right must not show.
            if (CryptographicOperations.FixedTimeEquals(hash, _hash)) return;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"headgate-admin\"";
        throw new AdminRefusal(StatusCodes.Status401Unauthorized,
            $"the admin key is {(shown is null ? "missing" : "not the right one")}. Send it as Authorization: Bearer KEY, or as {KeyHeader}: KEY.");
    }

    private static string? Shown(IHeaderDictionary headers)
    {
        if (headers[KeyHeader] is [{ Length: > 0 } key]) return key;
        return headers.Authorization is [{ } text] && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : null;
    }

    private void CheckConnection(HttpContext context)
    {
        ConnectionInfo connection = context.Connection;
        bool here = connection is { RemoteIpAddress: { } remote, LocalIpAddress: { } local }
            ? IsLoopback(remote) && IsLoopback(local)
            // A server without addresses has no network at all: a test's. A Unix socket has addresses and shows none here.
            : connection.RemoteIpAddress is null && connection.LocalIpAddress is null && server?.Features.Get<IServerAddressesFeature>() is null or { Addresses.Count: 0 };
        if (!here || Array.Exists(ProxyHeaders, header => context.Request.Headers.ContainsKey(header)))
        {
            throw new AdminRefusal(StatusCodes.Status403Forbidden,
                "no authorisation is configured for the admin endpoints, so they answer this machine alone, and no proxy. Set AdminOptions.ApiKeyHash, or add authentication and authorisation.");
        }
    }

    /// <summary>
    /// A page on the web can make a browser on this machine send requests here. It cannot hide where it comes from; and where it has its own
    /// name resolve to this machine, the name shows.
    /// </summary>
    private static void CheckBrowser(HttpRequest request)
    {
        StringValues site = request.Headers["Sec-Fetch-Site"];
        bool foreign = site.Count > 0 && site is not ["same-origin" or "none"];
        bool elsewhere = request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host.Value}";
        if (!IsLoopback(request.Host.Host) || foreign || elsewhere)
        {
            throw new AdminRefusal(StatusCodes.Status403Forbidden,
                "no authorisation is configured for the admin endpoints, so they answer no other site's pages, and only by the names localhost, 127.0.0.1 and [::1].");
        }
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>True for localhost and addresses of this machine alone.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IsLoopback(address));

    /// <summary>A name from outside must not break a line of the log, or fill it.</summary>
    private static string Printable(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "an authenticated caller";
        return string.Concat(name.Take(100).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c));
    }
}
