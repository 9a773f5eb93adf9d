using System.Security.Claims;
using Headgate.AspNetCore.Identity;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Identity;

public sealed class SourceTests
{
    [Fact]
    public void A_user_is_the_id_and_only_without_one_the_name()
    {
        Assert.Equal("user:7", Requests.KeyOf(Requests.By((ClaimTypes.Name, "Ann"), ("sub", "8"), (ClaimTypes.NameIdentifier, "7")), "user"));
        Assert.Equal("user:8", Requests.KeyOf(Requests.By((ClaimTypes.Name, "Ann"), ("sub", "8")), "user"));
        Assert.Equal("user:Ann", Requests.KeyOf(Requests.By((ClaimTypes.Name, "Ann")), "user"));
        Assert.Equal("nobody", Requests.KeyOf(Requests.By(authentication: null, ("sub", "8")), "user"));
        Assert.Equal("user:mine", Requests.Keys("user", options: new IdentityOptions { User = _ => "mine" }).KeyOf(Requests.By(("sub", "8"))));
    }

    [Fact]
    public void Of_several_identities_the_authenticated_one_counts()
    {
        DefaultHttpContext context = Requests.By(authentication: null, ("sub", "forged"));
        context.User.AddIdentity(new ClaimsIdentity([new Claim("sub", "ann")], "test"));
        Assert.Equal("user:ann", Requests.KeyOf(context, "user"));
        Assert.Equal("claim:sub:ann", Requests.KeyOf(context, "claim:sub"));
    }

    [Theory]
    [InlineData("tenant_id")]
    [InlineData("tid")]
    [InlineData("http://schemas.microsoft.com/identity/claims/tenantid")]
    public void A_tenant_is_a_claim_unless_the_application_says_otherwise(string type)
    {
        DefaultHttpContext context = Requests.By((type, "acme"));
        Assert.Equal("tenant:acme", Requests.KeyOf(context, "tenant"));
        Assert.Equal("tenant:mine", Requests.Keys("tenant", options: new IdentityOptions { Tenant = _ => "mine" }).KeyOf(context));
        Assert.Equal("nobody", Requests.Keys("tenant", options: new IdentityOptions { Tenant = _ => "" }).KeyOf(context));
    }

    [Fact]
    public void A_header_counts_as_sent_and_several_lines_are_one_list()
    {
        Assert.Equal("header:X-Client:Ann", Requests.KeyOf(Requests.From(null, ("x-client", "Ann")), "header:X-Client"));
        Assert.NotEqual(Requests.KeyOf(Requests.From(null, ("x-client", "ann")), "header:X-Client"), Requests.KeyOf(Requests.From(null, ("x-client", "Ann")), "header:X-Client"));
        Assert.Equal("header:X-Client:a,b", Requests.KeyOf(Requests.From(null, ("x-client", "a"), ("x-client", "b")), "header:X-Client"));
        Assert.Equal("nobody", Requests.KeyOf(Requests.From(null, ("x-client", "")), "header:X-Client"));
        Assert.Equal("nobody", Requests.KeyOf(Requests.From(null), "header:X-Client"));
    }

    [Fact]
    public void Route_values_and_single_query_parameters_count()
    {
        DefaultHttpContext context = Requests.From(null);
        context.Request.RouteValues["id"] = 7;
        context.Request.QueryString = new QueryString("?client=a%3Ab&twice=1&twice=2");
        Assert.Equal("route:id:7", Requests.KeyOf(context, "route:id"));
        Assert.Equal("query:client:a:b", Requests.KeyOf(context, "query:client"));
        Assert.Equal("nobody", Requests.KeyOf(context, "query:twice"));
        Assert.Equal("nobody", Requests.KeyOf(context, "route:other"));
    }

    [Fact]
    public void Global_is_one_caller() => Assert.Equal("global:", Requests.KeyOf(Requests.From(null), "global"));

    [Fact]
    public void A_combination_needs_all_its_sources()
    {
        DefaultHttpContext both = Requests.By(("sub", "ann"));
        both.Request.RouteValues["id"] = "7";
        Assert.Equal("8:user:ann10:route:id:7", Requests.KeyOf(both, "user+route:id, ip"));
        Assert.Equal("ip:203.0.113.7", Requests.KeyOf(Requests.By(("sub", "ann")), "user+route:id, ip"));
    }

    [Fact]
    public void A_function_of_the_application_is_asked_by_name_and_an_unknown_one_is_an_error()
    {
        IdentityOptions options = new() { Custom = new Dictionary<string, Func<HttpContext, string?>> { ["plan"] = context => context.Request.Headers["X-Plan"] } };
        Assert.Equal("custom:plan:gold", Requests.Keys("custom:plan", options: options).KeyOf(Requests.From(null, ("X-Plan", "gold"))));
        PolicyException wrong = Assert.Throws<PolicyException>(() => CallerIdentity.Validate(KeySelector.Parse("ip", "user+custom:Plan"), options));
        Assert.Contains("'Plan'", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("known are plan", wrong.Message, StringComparison.Ordinal);
        CallerIdentity.Validate(KeySelector.Parse("ip", "user+custom:plan"), options);
    }

    [Fact]
    public void Equal_selectors_share_their_keys()
    {
        CallerIdentity identity = new(ForwardedOptions.Default, ApiKeys.None, IdentityOptions.Default);
        Assert.Same(identity.KeysOf(KeySelector.Default), identity.KeysOf(KeySelector.Parse("api_key", "user", "ip")));
        Assert.NotSame(identity.KeysOf(KeySelector.Default), identity.KeysOf(KeySelector.Parse("ip")));
    }

    [Fact]
    public void Whom_nothing_identifies_shares_one_key_by_default()
    {
        Assert.Equal(NoIdentity.SharedBucket, IdentityOptions.Default.NoIdentity);
        CallerKeys keys = Requests.Keys("api_key, user, ip");
        Assert.False(keys.TryKeyOf(Requests.From(null), out string first));
        Assert.False(keys.TryKeyOf(Requests.From(null, ("X-Api-Key", "made up")), out string second));
        Assert.Equal(first, second);
    }

    [Fact]
    public void Asking_leaves_no_principal_behind()
    {
        DefaultHttpContext context = Requests.From("203.0.113.7");
        Requests.KeyOf(context, "api_key, user, ip");
        Assert.Null(context.Features.Get<Microsoft.AspNetCore.Http.Features.Authentication.IHttpAuthenticationFeature>()?.User);
    }
}
