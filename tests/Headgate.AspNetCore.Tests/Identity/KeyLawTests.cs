using System.Globalization;
using System.Security.Claims;
using FsCheck;
using FsCheck.Fluent;
using Headgate.AspNetCore.Identity;
using Headgate.Conformance.Generation;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Identity;

/// <summary>Law 13: who differs in anything that the selector asks for never shares a key, and who does not always does.</summary>
public sealed class KeyLawTests
{
    private static readonly string[] Selectors =
    [
        "header:a", "header:a:b", "header:a%3Ab", "claim:a", "route:a", "query:a", "custom:a", "user", "tenant", "api_key",
        "header:a+header:b", "header:b+header:a", "user+tenant", "user+route:a", "user+route:a+header:a",
    ];

    private static readonly string[] Fragments =
    [
        "a", "b", ":", "%", "%3A", "+", ",", "user:", "1:", "8:user:ann", "nobody", "ip:203.0.113.7", "\0", " ", "é", "e\u0301", "\uD800", "\uDC00",
        "\U0001F600", "\u212A", "A", new string('x', 60), new string('y', 255), new string('z', 300), new string('.', 256), "",
    ];

    // One for all tries, so that what is kept of one caller would show as the key of another.
    private static readonly CallerIdentity Shared = new(ForwardedOptions.Default, ApiKeys.None, new IdentityOptions
    {
        Custom = new Dictionary<string, Func<HttpContext, string?>> { ["a"] = context => (string?)context.Items["custom"] },
    });

    [Fact]
    public void Different_callers_never_share_a_key()
    {
        Gen<string> value = Gen.Choose(1, 3).SelectMany(n => Gen.Elements(Fragments).ArrayOf(n)).Select(string.Concat).Where(text => text.Length > 0);
        Gen<string[]> caller = value.ArrayOf(3).SelectMany(values => Gen.Elements(Selectors).Select(selector => new[] { selector, values[0], values[1], values[2] }));
        Dictionary<string, string> seen = [];
        int keys = 0;
        PropertyCheck.ForAll(caller.ToArbitrary(), of =>
        {
            string key = KeyOf(of);
            string identity = IdentityOf(of);
            keys++;
            Assert.Equal(identity, seen.TryAdd(key, identity) ? identity : seen[key]);
            Assert.Equal(key, KeyOf(of));
        }, tests: 20_000);
        // Enough callers came twice for the law to say something of both directions.
        Assert.InRange(seen.Count, 1_000, keys - 100);
    }

    [Fact]
    public void A_long_value_is_bounded_and_still_its_own()
    {
        string longer = new('v', 100_000);
        string[] keys = [.. new[] { longer, longer + "v", longer[1..] + "w", new string('v', 256) }.Select(value => KeyOf(["header:a", value, "", ""]))];
        Assert.Equal(4, keys.Distinct(StringComparer.Ordinal).Count());
        Assert.All(keys, key => Assert.InRange(key.Length, 1, 400));
    }

    [Fact]
    public void No_value_makes_somebody_nobody() => Assert.NotEqual("nobody", KeyOf(["header:a", "nobody", "", ""]));

    private static string KeyOf(string[] of)
    {
        DefaultHttpContext context = new();
        // Set past the server's own checks: a law has no exceptions for what a server lets through.
        foreach (string name in new[] { "a", "a:b", "a%3Ab" }) context.Request.Headers[name] = of[1];
        context.Request.Headers["b"] = of[2];
        context.Request.RouteValues["a"] = of[2];
        context.Request.Query = new QueryCollection(new Dictionary<string, Microsoft.Extensions.Primitives.StringValues> { ["a"] = of[1] });
        context.Items["custom"] = of[1];
        Claim[] claims = [new("a", of[1]), new("sub", of[1]), new("tenant_id", of[2]), new("api_key", of[1])];
        context.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
        if (of[0] == "user+route:a+header:a") context.Request.Headers["a"] = of[3];
        Assert.True(Shared.KeysOf(KeySelector.Parse(of[0])).TryKeyOf(context, out string key));
        return key;
    }

    /// <summary>The selector and the values that it asks for, character by character.</summary>
    private static string IdentityOf(string[] of)
    {
        string[] asked = of[0] switch
        {
            "header:a+header:b" => [of[1], of[2]],
            "header:b+header:a" => [of[2], of[1]],
            "user+tenant" or "user+route:a" => [of[1], of[2]],
            "user+route:a+header:a" => [of[1], of[2], of[3]],
            "tenant" or "route:a" => [of[2]],
            _ => [of[1]],
        };
        return of[0] + " " + string.Join(' ', asked.Select(text => string.Join('.', text.Select(c => ((int)c).ToString("x4", CultureInfo.InvariantCulture)))));
    }
}
