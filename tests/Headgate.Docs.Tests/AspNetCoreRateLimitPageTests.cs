using System.Net;
using Headgate.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Headgate.Docs.Tests;

/// <summary>The configurations that the page on AspNetCoreRateLimit ends with do what it says.</summary>
public sealed class AspNetCoreRateLimitPageTests
{
    private const string Proxy = "10.0.0.1";

    private static readonly (string, string) Ann = ("X-Real-IP", "198.51.100.1");
    private static readonly (string, string) Bob = ("X-Real-IP", "198.51.100.2");
    private static readonly (string, string) Partner = ("X-Real-IP", "203.0.113.7");
    private static readonly (string, string) Whitelisted = ("X-Real-IP", "192.0.2.10");
    private static readonly (string, string) Developer = ("X-ClientId", "the-secret-of-dev-1");

    [Fact]
    public async Task General_rules_are_one_decision_for_each_address_and_a_refusal_costs_nothing()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        for (int second = 0; second < 10; second++)
        {
            app.Clock.Set(TimeSpan.FromSeconds(second));
            Assert.Equal(10, await app.AdmittedAsync(25, $"GET /api/items/{second}", Proxy, Ann));
        }

        // 100 of the quarter of an hour are gone; had the refused ones counted, they would have been gone earlier.
        app.Clock.Set(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await app.AdmittedAsync(1, "GET /api/items", Proxy, Ann));
        Assert.Equal(10, await app.AdmittedAsync(11, "GET /api/items", Proxy, Bob));
        app.Clock.Set(TimeSpan.FromMinutes(15));
        Assert.Equal(10, await app.AdmittedAsync(11, "GET /api/items", Proxy, Ann));
    }

    [Fact]
    public async Task A_rule_of_an_address_takes_the_place_of_the_general_ones()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        Assert.Equal(50, await app.AdmittedAsync(60, "GET /api/items", Proxy, Partner));
    }

    [Fact]
    public async Task A_rule_of_an_endpoint_holds_beside_the_general_ones_for_its_verb_alone()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        Assert.Equal(5, await app.AdmittedAsync(9, "POST /API/orders/", Proxy, Ann));
        Assert.Equal(5, await app.AdmittedAsync(9, "GET /api/orders", Proxy, Ann));
    }

    [Fact]
    public async Task A_rule_in_monitor_mode_refuses_nothing()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        for (int second = 0; second < 5; second++)
        {
            app.Clock.Set(TimeSpan.FromSeconds(second));
            Assert.Equal(8, await app.AdmittedAsync(8, "GET /api/reports/2026/11", Proxy, Ann));
        }
    }

    [Fact]
    public async Task White_lists_hold_and_only_a_known_client_id_frees_a_client()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        Assert.Equal(30, await app.AdmittedAsync(30, "GET /api/items", Proxy, Whitelisted));
        Assert.Equal(30, await app.AdmittedAsync(30, "POST /api/orders", Proxy, Whitelisted));
        Assert.Equal(30, await app.AdmittedAsync(30, "GET /api/items", Proxy, Ann, Developer));
        Assert.Equal(30, await app.AdmittedAsync(30, "PUT /api/status", Proxy, Ann));
        Assert.Equal(30, await app.AdmittedAsync(30, "GET /api/license", Proxy, Ann));
        Assert.Equal(10, await app.AdmittedAsync(30, "POST /api/license", Proxy, Ann, ("X-ClientId", "dev-1")));
    }

    [Fact]
    public async Task The_real_ip_header_counts_from_the_proxy_alone()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0));
        int admitted = 0;
        for (int i = 0; i < 30; i++) admitted += await app.AdmittedAsync(1, "GET /api/items", "198.51.100.9", ("X-Real-IP", $"192.0.2.{i}"));
        Assert.Equal(10, admitted);
    }

    [Fact]
    public async Task A_refusal_has_the_body_and_the_fields_that_the_page_says()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(0), headgate => headgate.ConfigureHttp(http => http with
        {
            Answers = new AnswerOptions { Body = RefusalBody.Template(json: """{ "message": "At most {limit}. Try again in {retry_after_seconds} s." }""") },
        }));
        await app.AdmittedAsync(5, "POST /api/orders", Proxy, Ann);
        HttpContext refused = await app.SendAsync("POST /api/orders", Proxy, Ann);
        Assert.Equal(429, refused.Response.StatusCode);
        Assert.Equal("60", refused.Response.Headers.RetryAfter);
        Assert.Equal("""{ "message": "At most 5. Try again in 60 s." }""", System.Text.Encoding.UTF8.GetString(((MemoryStream)refused.Response.Body).ToArray()));
        HttpContext allowed = await app.SendAsync("GET /api/orders", Proxy, Ann);
        Assert.Equal("\"per-client\";q=10;w=1, \"per-client.2\";q=100;w=900", allowed.Response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"per-client\";r=4;t=1", allowed.Response.Headers["RateLimit"]);
    }

    [Fact]
    public async Task The_decision_is_there_for_header_fields_of_ones_own()
    {
        Decision? seen = null;
        await using LimitedPipeline app = LimitedPipeline.Of(File(0), headgate => headgate.ConfigureHttp(http => http with { ExposeDecision = true }), context =>
        {
            seen = context.Features.Get<IHeadgateFeature>()?.Decision;
            return Task.CompletedTask;
        });
        await app.SendAsync("GET /api/items", Proxy, Ann);
        Assert.Equal(9, seen?.Remaining);
        Assert.Equal(TimeSpan.FromMinutes(15), seen?.ResetAfter);
    }

    [Fact]
    public async Task Client_ids_are_keys_and_strangers_count_by_address()
    {
        await using LimitedPipeline app = LimitedPipeline.Of(File(1));
        Assert.Equal(10, await app.AdmittedAsync(12, "GET /api/items", "198.51.100.1", Developer));
        Assert.Equal(2, await app.AdmittedAsync(12, "GET /api/items", "198.51.100.1", ("X-ClientId", "client-1")));
    }

    [Fact]
    public async Task A_network_can_be_a_caller_of_its_own()
    {
        IPNetwork office = IPNetwork.Parse("192.168.0.0/24");
        Dictionary<string, Func<HttpContext, string?>> custom = new()
        {
            ["network"] = context => context.Connection.RemoteIpAddress is { } address && office.Contains(address) ? "office" : null,
        };
        await using LimitedPipeline app = LimitedPipeline.Of(File(2), headgate => headgate.ConfigureHttp(http => http with { Identity = new IdentityOptions { Custom = custom } }));
        Assert.Equal(30, await app.AdmittedAsync(30, "GET /", "192.168.0.77"));
        Assert.Equal(10, await app.AdmittedAsync(30, "GET /", "192.168.1.77"));
    }

    private static string File(int number) => Markdown.Fences("docs/migrating/from-aspnetcoreratelimit.md").Where(fence => fence.Language == "yaml").ElementAt(number).Text;
}
