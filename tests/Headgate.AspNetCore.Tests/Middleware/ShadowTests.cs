using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>A policy in shadow refuses nothing, and says what it would have done.</summary>
public class ShadowTests
{
    private static readonly Limit Two = Limit.TokenBucket(2, Rate.PerHour(1));
    private static readonly Limit Five = Limit.TokenBucket(5, Rate.PerHour(1));

    [Fact]
    public async Task Refuses_nothing_and_a_header_says_what_would_have_been()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("new", Two, p => p with { Shadow = true }).ConfigureHttp(o => o with { Answers = new AnswerOptions { ShadowHeader = "X-RateLimit-Shadow" } }),
            app =>
            {
                app.UseHeadgate("new");
                app.MapGet("/", () => "ok");
            });
        for (int i = 0; i < 10; i++)
        {
            using HttpResponseMessage response = await app.Client.GetAsync(new Uri("/", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(i >= 2, response.Headers.Contains("X-RateLimit-Shadow"));
        }
    }

    [Fact]
    public async Task Beside_an_enforced_policy_it_changes_nothing_that_is_enforced()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("new", Two, p => p with { Shadow = true }).AddPolicy("old", Five), app =>
        {
            app.UseHeadgate("new", "old");
            app.MapGet("/", () => "ok");
        });
        for (int i = 0; i < 10; i++) Assert.Equal(i < 5 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }

    [Fact]
    public async Task Turned_on_while_running_it_enforces_with_the_next_request()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("new", Two, p => p with { Shadow = true }), app =>
        {
            app.UseHeadgate("new");
            app.MapGet("/", () => "ok");
        });
        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        app.Policies.Set(app.Policies.Find("new")! with { Shadow = false });
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }
}
