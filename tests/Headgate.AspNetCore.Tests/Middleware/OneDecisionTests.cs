using System.Net;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>Every policy that applies to a request is part of one decision: all are charged, or none is.</summary>
public class OneDecisionTests
{
    private static readonly Limit Ten = Limit.TokenBucket(10, Rate.PerHour(1));
    private static readonly Limit Two = Limit.TokenBucket(2, Rate.PerHour(1));

    [Fact]
    public async Task Refuses_what_is_more_than_the_limit()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("api", Two), app =>
        {
            app.UseHeadgate();
            app.MapGet("/", () => "ok").RequireHeadgate("api");
        });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }

    [Fact]
    public async Task A_request_that_the_endpoint_refuses_costs_the_global_policy_nothing()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("all", Ten).AddPolicy("narrow", Two), app =>
        {
            app.UseHeadgate("all");
            app.MapGet("/narrow", () => "ok").RequireHeadgate("narrow");
            app.MapGet("/wide", () => "ok");
        });
        for (int i = 0; i < 50; i++) Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/narrow"));
        for (int i = 0; i < 8; i++) Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/wide"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/wide"));
    }

    [Fact]
    public async Task Policies_of_group_endpoint_route_and_application_add_up_and_each_counts_once()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("a", Ten).AddPolicy("b", Ten).AddPolicy("c", Ten).AddPolicy("d", Ten).AddRoute(new RateLimitRoute("/g/**", ["c", "a"])),
            app =>
            {
                app.UseHeadgate("d");
                RouteGroupBuilder group = app.MapGroup("/g").RequireHeadgate("a");
                group.MapGet("/x", () => "ok").RequireHeadgate("b").RequireHeadgate("a");
            });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/g/x"));
        foreach (string policy in (string[])["a", "b", "c", "d"])
            Assert.Equal(9, (await app.Policies.PeekAsync(policy, "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task The_nearest_to_the_endpoint_says_the_cost()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten, p => p with { Cost = RequestCost.Fixed(2) }), app =>
        {
            app.UseHeadgate();
            RouteGroupBuilder group = app.MapGroup("/g").RequireHeadgate("a", cost: 3);
            group.MapGet("/x", () => "ok");
            group.MapGet("/y", () => "ok").RequireHeadgate("a", cost: 4);
            app.MapGet("/z", () => "ok").RequireHeadgate("a");
        });
        await app.GetAsync("/g/x");
        await app.GetAsync("/g/y");
        await app.GetAsync("/z");
        Assert.Equal(10 - 3 - 4 - 2, (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task What_is_disabled_is_not_limited_unless_it_asks_again()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Two).AddPolicy("b", Two), app =>
        {
            app.UseHeadgate("a");
            RouteGroupBuilder group = app.MapGroup("/g").RequireHeadgate("a");
            group.MapGet("/free", () => "ok").DisableHeadgate();
            group.MapGet("/own", () => "ok").DisableHeadgate().RequireHeadgate("b");
        });
        for (int i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/g/free"));
        for (int i = 0; i < 5; i++) Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/g/own"));
        Assert.Equal(2, (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task Controllers_and_actions_are_limited_by_attributes()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("controller", Ten).AddPolicy("action", Two), app =>
        {
            app.UseHeadgate();
            app.MapControllers();
        }, builder => builder.Services.AddControllers().AddApplicationPart(typeof(LimitedController).Assembly));
        for (int i = 0; i < 3; i++) Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/limited/narrow"));
        Assert.Equal(8, (await app.Policies.PeekAsync("controller", "ip:127.0.0.1")).Remaining);
        for (int i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/limited/free"));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/limited/dear"));
        Assert.Equal(3, (await app.Policies.PeekAsync("controller", "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task Exempt_paths_methods_and_callers_are_not_charged()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("a", Two, p => p with
            {
                Key = KeySelector.Parse("header:X-Client", "ip"),
                Exempt = new PolicyExemptions { Paths = ["/health/*"], Methods = ["OPTIONS"], Keys = ["monitor"] },
            }),
            app =>
            {
                app.UseHeadgate("a");
                app.Map("/{**all}", () => "ok");
            });
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/health/live"));
            using HttpRequestMessage options = new(HttpMethod.Options, "/x");
            Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(options)).StatusCode);
            using HttpRequestMessage monitor = new(HttpMethod.Get, "/x") { Headers = { { "X-Client", "monitor" } } };
            Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(monitor)).StatusCode);
        }

        Assert.Equal(2, (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining);
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/x"));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/health/live/deeper"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/x"));
    }

    [Fact]
    public async Task An_error_page_that_runs_the_pipeline_again_is_not_charged_again()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten), app =>
        {
            app.UseExceptionHandler("/error");
            app.UseRouting();
            app.UseHeadgate("a");
            app.MapGet("/error", () => Results.Text("sorry"));
            app.MapGet("/throws", string () => throw new InvalidOperationException("planned"));
        });
        Assert.Equal(HttpStatusCode.InternalServerError, await app.GetAsync("/throws"));
        Assert.Equal(9, (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task An_override_is_in_force_with_the_next_request_and_keeps_what_was_consumed()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Two), app =>
        {
            app.UseHeadgate("a");
            app.MapGet("/", () => "ok");
        });
        for (int i = 0; i < 3; i++) Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
        app.Policies.SetOverride("a", "127.0.0.1", Limit.TokenBucket(5, Rate.PerHour(1)));
        for (int i = 0; i < 4; i++) Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }

    [Fact]
    public async Task The_decision_is_there_for_the_endpoint()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten).ConfigureHttp(o => o with { ExposeDecision = true }), app =>
        {
            app.UseHeadgate("a");
            app.MapGet("/", (HttpContext context) => $"{context.Features.Get<IHeadgateFeature>()!.Decision.Remaining} {string.Join(',', context.Features.Get<IHeadgateFeature>()!.Policies)}");
        });
        Assert.Equal("9 a", await app.Client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }
}

[ApiController]
[Route("limited")]
[Headgate("controller")]
public class LimitedController : ControllerBase
{
    [HttpGet("narrow")]
    [Headgate("action")]
    public string Narrow() => "ok";

    [HttpGet("free")]
    [DisableHeadgate]
    public string Free() => "ok";

    [HttpGet("dear")]
    [Headgate("controller", Cost = 5)]
    public string Dear() => "ok";
}
