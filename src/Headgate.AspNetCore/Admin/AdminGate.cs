using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admin;

/// <summary>Lets requests to the admin endpoints in, or says why not.</summary>
internal sealed class AdminGate(AdminOptions options, IServer? server)
{
    private const string KeyHeader = "X-Admin-Key";
    private const string Bearer = "Bearer ";

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
            case AdminAccess.Application:
                return context.GetEndpoint()!.Metadata.GetMetadata<IAdminCaller>()!.Enter(context);
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
        if (LocalRequests.IsFromHere(context, server)) return;
        throw new AdminRefusal(StatusCodes.Status403Forbidden,
            "no authorisation is configured for the admin endpoints, so they answer this machine alone, and no proxy. Set AdminOptions.ApiKeyHash, or add authentication and authorisation.");
    }

    private static void CheckBrowser(HttpRequest request)
    {
        if (LocalRequests.IsByName(request)) return;
        throw new AdminRefusal(StatusCodes.Status403Forbidden,
            "no authorisation is configured for the admin endpoints, so they answer no other site's pages, and only by the names localhost, 127.0.0.1 and [::1].");
    }

    /// <summary>A name from outside must not break a line of the log, or fill it.</summary>
    private static string Printable(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "an authenticated caller";
        return string.Concat(name.Take(100).Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? '?' : c));
    }
}
