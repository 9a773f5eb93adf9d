using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>An application that asks for what is not there does not start.</summary>
public class StartTests
{
    private static readonly Limit Ten = Limit.TokenBucket(10, Rate.PerHour(1));

    [Fact]
    public async Task An_unknown_policy_on_an_endpoint_stops_the_start_and_names_the_known_ones()
    {
        PolicyException e = await Assert.ThrowsAsync<PolicyException>(() => App.StartAsync(h => h.AddPolicy("orders", Ten).AddPolicy("search", Ten), app =>
        {
            app.UseHeadgate();
            app.MapGet("/o", () => "ok").RequireHeadgate("order");
        }));
        Assert.Contains("'order'", e.Message, StringComparison.Ordinal);
        Assert.Contains("orders, search", e.Message, StringComparison.Ordinal);
        Assert.Contains("/o", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_global_policy_stops_the_start()
    {
        PolicyException e = await Assert.ThrowsAsync<PolicyException>(() => App.StartAsync(h => h.AddPolicy("a", Ten), app => app.UseHeadgate("b")));
        Assert.Contains("UseHeadgate asks for the policy 'b'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_policy_of_a_route_stops_the_start()
    {
        PolicyException e = await Assert.ThrowsAsync<PolicyException>(() => App.StartAsync(
            h => h.AddPolicy("a", Ten).AddRoute(new RateLimitRoute("/v1/**", ["b"])), app => app.UseHeadgate()));
        Assert.Contains("the route /v1/**", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_an_endpoint_uses_cannot_be_removed()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten).AddPolicy("spare", Ten), app =>
        {
            app.UseHeadgate();
            app.MapGet("/", () => "ok").RequireHeadgate("a");
        });
        Assert.Throws<PolicyException>(() => app.Policies.Remove("a"));
        Assert.True(app.Policies.Remove("spare"));
        Assert.NotNull(app.Policies.Find("a"));
        Assert.Null(app.Policies.Find("spare"));
    }

    [Fact]
    public async Task Limits_without_the_middleware_are_an_error_and_not_silence()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten), app => app.MapGet("/", () => "ok").RequireHeadgate("a"));
        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, await app.GetAsync("/"));
        Assert.Contains(app.Log.All, line => line.Text.Contains("UseHeadgate() is missing", StringComparison.Ordinal) || line.Level == Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task The_middleware_twice_in_one_pipeline_is_an_error_and_in_two_branches_is_not()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => App.StartAsync(h => h.AddPolicy("a", Ten), app =>
        {
            app.UseHeadgate("a");
            app.Map("/x", branch => branch.UseHeadgate("a"));
        }));
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten), app =>
        {
            app.Map("/x", branch => branch.UseHeadgate("a"));
            app.Map("/y", branch => branch.UseHeadgate("a"));
        });
    }

    [Fact]
    public async Task More_limits_than_a_store_decides_about_at_once_stop_the_start_and_say_where()
    {
        PolicyException e = await Assert.ThrowsAsync<PolicyException>(() => StartAsync(["a", "b"], app => app.MapGet("/o/{id}", () => "ok").RequireHeadgate("c", "d", "e")));
        Assert.Contains("/o/{id}", e.Message, StringComparison.Ordinal);
        Assert.Contains("80 limits at once", e.Message, StringComparison.Ordinal);
        Assert.Contains("at most 64", e.Message, StringComparison.Ordinal);

        e = await Assert.ThrowsAsync<PolicyException>(() => StartAsync(["a", "b", "c", "d", "e"], _ => { }));
        Assert.StartsWith("UseHeadgate asks for 80 limits", e.Message, StringComparison.Ordinal);

        e = await Assert.ThrowsAsync<PolicyException>(() => StartAsync(["a", "b"], _ => { }, new RateLimitRoute("/v1/**", ["c"]) { Also = true }, new RateLimitRoute("/v1/*/x", ["d", "e"])));
        Assert.Contains("the route /v1/*/x asks for 80 limits", e.Message, StringComparison.Ordinal);

        e = await Assert.ThrowsAsync<PolicyException>(() => StartAsync(["a"], app => app.MapPost("/v1/{id}", () => "ok").RequireHeadgate("b", "c"), new RateLimitRoute("/v1/*", ["d", "e"]) { Methods = ["POST"] }));
        Assert.Contains("/v1/{id}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_that_no_request_meets_together_are_no_reason_not_to_start()
    {
        await using App app = await StartAsync(["a"], app =>
        {
            app.MapGet("/v1/{id}", () => "ok").RequireHeadgate("a", "b", "c");
            app.MapPost("/v2/{id}", () => "ok").RequireHeadgate("b", "c", "d");
            app.MapGet("/v3", () => "ok").DisableHeadgate().RequireHeadgate("b", "c", "d", "e");
        }, new RateLimitRoute("/v1/*", ["d"]), new RateLimitRoute("/v2/*", ["b", "c", "e"]) { Methods = ["GET"] });
        foreach (string path in (string[])["/v1/1", "/v2/1", "/v3", "/v4"]) Assert.NotEqual(System.Net.HttpStatusCode.InternalServerError, await app.GetAsync(path));
    }

    [Fact]
    public async Task A_change_after_which_there_were_too_many_limits_is_refused()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("a", Parts(32)).AddPolicy("d", Parts(31)).AddPolicy("one", Ten),
            app =>
            {
                app.UseHeadgate("a", "d");
                app.MapGet("/", () => "ok").RequireHeadgate("one");
            });
        app.Policies.SetOverride("one", "alice", Limit.FixedWindow(5, TimeSpan.FromHours(1)));
        PolicyException e = Assert.Throws<PolicyException>(() => app.Policies.SetOverride("one", "alice", Parts(2)));
        Assert.Contains("65 limits", e.Message, StringComparison.Ordinal);
        Assert.Throws<PolicyException>(() => app.Policies.Set(app.Policies.Find("d")!.WithLimit(Parts(32))));
        Assert.Equal(System.Net.HttpStatusCode.OK, await app.GetAsync("/"));
    }

    [Fact]
    public async Task A_branch_that_leads_back_charges_a_request_once()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten), app =>
        {
            app.UseWhen(_ => true, branch => branch.UseHeadgate("a"));
            app.UseHeadgate("a");
            app.MapGet("/", () => "ok");
        });
        Assert.Equal(System.Net.HttpStatusCode.OK, await app.GetAsync("/"));
        Assert.Equal(9, (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining);
    }

    [Fact]
    public async Task The_middleware_before_routing_is_an_error()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => App.StartAsync(h => h.AddPolicy("a", Ten), app =>
        {
            app.UseHeadgate();
            app.UseRouting();
            app.MapGet("/", () => "ok").RequireHeadgate("a");
        }));
        Assert.Contains("UseRouting", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_middleware_that_limits_nothing_says_so()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Ten), app => app.UseHeadgate());
        Assert.Contains(app.Log.All, line => line.Id.Name == "NothingToLimit");
    }

    /// <summary>Policies a to e of 16 limits each, and one of one.</summary>
    private static Task<App> StartAsync(string[] global, Action<WebApplication> map, params RateLimitRoute[] routes) => App.StartAsync(
        h =>
        {
            foreach (string name in (string[])["a", "b", "c", "d", "e"]) h.AddPolicy(name, Parts(16));
            h.AddPolicy("one", Ten);
            foreach (RateLimitRoute route in routes) h.AddRoute(route);
        },
        app =>
        {
            app.UseHeadgate(global);
            map(app);
        });

    private static Limit Parts(int count) => Limit.AllOf([.. Enumerable.Range(1, count).Select(minutes => Limit.FixedWindow(1_000, TimeSpan.FromMinutes(minutes)))]);
}
