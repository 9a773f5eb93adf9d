using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>What a request has cost is settled whatever else fails, and each policy for itself.</summary>
public class SettlementTests
{
    private static readonly Limit Hundred = Limit.TokenBucket(100, Rate.PerHour(1));

    [Fact]
    public async Task Services_of_the_request_say_what_it_has_cost()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Hundred), app =>
        {
            app.UseHeadgate();
            app.MapGet("/", (Usage usage) =>
            {
                usage.Permits = 3;
                return "ok";
            }).RequireHeadgate(["a"], EndpointCost.Fixed(50).SettledBy(context => context.RequestServices.GetRequiredService<Usage>().Permits));
        }, builder => builder.Services.AddScoped<Usage>());
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await Soon.UntilAsync(async () => await LeftAsync(app, "a") != 50);
        Assert.Equal(97, await LeftAsync(app, "a"));
    }

    [Fact]
    public async Task A_function_that_fails_costs_its_own_policy_alone_and_is_logged()
    {
        await using App app = await StartAsync(null, EndpointCost.Fixed(40).SettledBy(_ => throw new FormatException("planned")), EndpointCost.Fixed(40).SettledBy(_ => 1));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await Soon.UntilAsync(async () => await LeftAsync(app, "b") == 99);
        Assert.Equal((60, 99, 1), (await LeftAsync(app, "a"), await LeftAsync(app, "b"), await LeftAsync(app, "held")));
        Assert.Contains("policy a", Assert.Single(app.Log.All, line => line.Id.Name == "CostNotKnown").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log.All, line => line.Level >= LogLevel.Error && line.Id.Name != "CostNotKnown");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(60)]
    public async Task A_store_call_that_fails_costs_its_own_policy_alone_and_is_logged(long actual)
    {
        await using App app = await StartAsync("a", EndpointCost.Fixed(40).SettledBy(_ => actual), EndpointCost.Fixed(40).SettledBy(_ => actual));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await Soon.UntilAsync(async () => await LeftAsync(app, "b") == 100 - actual);
        Assert.Equal((60, 1), (await LeftAsync(app, "a"), await LeftAsync(app, "held")));
        Assert.Contains("policy a", Assert.Single(app.Log.All, line => line.Id.Name == "NotSettled").Text, StringComparison.Ordinal);
        Assert.DoesNotContain(app.Log.All, line => line.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task A_place_that_cannot_be_given_back_keeps_nothing_from_being_settled()
    {
        await using App app = await StartAsync("held", EndpointCost.Fixed(40).SettledBy(_ => 1), EndpointCost.Fixed(40).SettledBy(_ => 2));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        await Soon.UntilAsync(async () => await LeftAsync(app, "b") == 98);
        Assert.Equal(99, await LeftAsync(app, "a"));
        Assert.DoesNotContain(app.Log.All, line => line.Level >= LogLevel.Error && line.Id.Name != "LeaseNotEnded");
    }

    /// <summary>An endpoint of three policies, one of which holds a place.</summary>
    private static Task<App> StartAsync(string? failing, EndpointCost a, EndpointCost b) => App.StartAsync(
        h => h.UseStore(services => new FailingStore(new MemoryStore(services.GetRequiredService<TimeProvider>()), failing))
            .AddPolicy("a", Hundred).AddPolicy("b", Hundred).AddPolicy("held", Limit.Concurrency(1)),
        app =>
        {
            app.UseHeadgate();
            app.MapGet("/", () => "ok").RequireHeadgate("held").RequireHeadgate(["a"], a).RequireHeadgate(["b"], b);
        });

    private static async Task<long> LeftAsync(App app, string policy) => (await app.Policies.PeekAsync(policy, "ip:127.0.0.1")).Remaining;

    private sealed class Usage
    {
        public long Permits { get; set; }
    }

    /// <summary>Charges together with others, and then fails for one policy, in a way that no store should.</summary>
    private sealed class FailingStore(IRateLimitStore store, string? policy) : StoreBetween(store)
    {
        public override ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
            charges.Span is [{ Namespace: { } only }] && only == policy ? throw new FormatException("planned") : base.AcquireAsync(charges, ct);

        public override ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            policy == "held" ? throw new FormatException("planned") : base.ReleaseAsync(charges, lease, ct);

        public override ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default)
        {
            foreach (Charge charge in charges.Span)
            {
                if (charge.Namespace == policy && charge.Cost > 0) throw new FormatException("planned");
            }

            return base.RefundAsync(charges, decision, ct);
        }
    }
}
