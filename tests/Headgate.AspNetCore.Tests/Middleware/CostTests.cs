using System.Net;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>What a request costs: fixed, said by a header, found by a function, settled afterwards.</summary>
public class CostTests
{
    private static readonly Limit Hundred = Limit.TokenBucket(100, Rate.PerHour(1));

    [Fact]
    public async Task A_header_says_the_cost_where_it_is_trusted_to()
    {
        await using App app = await StartAsync(app => app.MapGet("/", () => "ok").RequireHeadgate(["a"], EndpointCost.From(RequestCost.FromHeader("X-Cost", otherwise: 2, most: 50))));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(app, "/", "7"));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(app, "/", null));
        Assert.Equal(91, await LeftAsync(app));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("51")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999999")]
    [InlineData("five")]
    [InlineData("1, 2")]
    public async Task A_cost_that_is_none_is_a_bad_request_and_charges_nothing(string cost)
    {
        await using App app = await StartAsync(app => app.MapGet("/", () => "ok").RequireHeadgate(["a"], EndpointCost.From(RequestCost.FromHeader("X-Cost", most: 50))));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(app, "/", cost));
        Assert.Equal(100, await LeftAsync(app));
    }

    [Fact]
    public async Task The_answer_to_a_cost_that_is_none_quotes_it_as_it_was_sent()
    {
        await using App app = await StartAsync(app => app.MapGet("/", () => "ok").RequireHeadgate(["a"], EndpointCost.From(RequestCost.FromHeader("X-Cost", most: 50))));
        using HttpRequestMessage request = new(HttpMethod.Get, "/");
        request.Headers.Add("X-Cost", "five");
        using HttpResponseMessage response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains("the header X-Cost says 'five'; it must be", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_finds_the_cost_and_a_function_that_fails_is_the_application_s_error()
    {
        await using App app = await StartAsync(app =>
        {
            app.MapGet("/", () => "ok").RequireHeadgate("a", context => context.Request.Query["n"].Count * 10);
            app.MapGet("/bad", () => "ok").RequireHeadgate("a", _ => -1);
        });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/?n=1&n=2"));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.GetAsync("/bad"));
        Assert.Equal(80, await LeftAsync(app));
    }

    [Fact]
    public async Task What_was_reserved_too_much_comes_back_when_the_response_has_ended()
    {
        await using App app = await StartAsync(app => app.MapGet("/", (HttpContext context) =>
        {
            context.Features.Get<IHeadgateFeature>()!.Settle(3);
            return "ok";
        }).RequireHeadgate("a", "b").RequireHeadgate(["a"], EndpointCost.Fixed(40).AsReservation()));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await UntilAsync(async () => await LeftAsync(app) == 97);
    }

    [Fact]
    public async Task What_is_missing_is_charged_as_far_as_it_is_there()
    {
        long actual = 30;
        await using App app = await StartAsync(app => app.MapGet("/", () => "ok").RequireHeadgate(["a"], EndpointCost.Fixed(5).SettledBy(_ => actual)));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await UntilAsync(async () => await LeftAsync(app) == 70);
        actual = 1_000;
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await UntilAsync(async () => await LeftAsync(app) == 0);
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }

    [Fact]
    public async Task A_request_that_fails_is_settled_too()
    {
        await using App app = await StartAsync(app => app.MapGet("/", string () => throw new InvalidOperationException("planned"))
            .RequireHeadgate(["a"], EndpointCost.Fixed(50).SettledBy(context => context.Response.StatusCode == 500 ? 0 : 50)));
        Assert.Equal(HttpStatusCode.InternalServerError, await app.GetAsync("/"));
        await UntilAsync(async () => await LeftAsync(app) == 100);
    }

    private static Task<App> StartAsync(Action<WebApplication> map) => App.StartAsync(h => h.AddPolicy("a", Hundred).AddPolicy("b", Hundred), app =>
    {
        app.UseHeadgate();
        map(app);
    });

    private static async Task<long> LeftAsync(App app) => (await app.Policies.PeekAsync("a", "ip:127.0.0.1")).Remaining;

    private static async Task<HttpStatusCode> SendAsync(App app, string path, string? cost)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        if (cost is not null) request.Headers.Add("X-Cost", cost);
        using HttpResponseMessage response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>A response is complete for the client a moment before it is for the server.</summary>
    private static Task UntilAsync(Func<Task<bool>> isSo) => Soon.UntilAsync(isSo);
}
