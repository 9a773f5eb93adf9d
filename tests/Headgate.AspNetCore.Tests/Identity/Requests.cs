using System.Net;
using System.Security.Claims;
using Headgate.AspNetCore.Identity;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Tests.Identity;

/// <summary>Requests as the tests want them, and whom they come from.</summary>
internal static class Requests
{
    public static DefaultHttpContext From(string? address, params (string Name, string Value)[] headers)
    {
        DefaultHttpContext context = new();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        // The dictionary itself drops empty values, which a server keeps.
        Dictionary<string, StringValues> lines = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in headers) lines[name] = StringValues.Concat(lines.GetValueOrDefault(name), value);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().Headers = new HeaderDictionary(lines);
        return context;
    }

    public static DefaultHttpContext By(params (string Type, string Value)[] claims) => By("test", claims);

    public static DefaultHttpContext By(string? authentication, params (string Type, string Value)[] claims)
    {
        DefaultHttpContext context = From("203.0.113.7");
        context.User = new ClaimsPrincipal(new ClaimsIdentity(claims.Select(claim => new Claim(claim.Type, claim.Value)), authentication));
        return context;
    }

    public static CallerKeys Keys(string selector, ForwardedOptions? forwarded = null, ApiKeys? apiKeys = null, IdentityOptions? options = null) =>
        new CallerIdentity(forwarded ?? ForwardedOptions.Default, apiKeys ?? ApiKeys.None, options ?? IdentityOptions.Default)
            .KeysOf(KeySelector.Parse(selector.Split(", ")));

    public static string KeyOf(HttpContext context, string selector, ForwardedOptions? forwarded = null) => Keys(selector, forwarded).KeyOf(context);
}
