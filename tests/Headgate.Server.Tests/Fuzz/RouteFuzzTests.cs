using System.Globalization;
using Headgate.Server.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Fuzz;

/// <summary>
/// Bad requests to every route: no error of the service's own, no hang, no growth, no tenant mixed up with another. HEADGATE_TEST_FUZZ_REQUESTS makes it
/// longer, HEADGATE_TEST_FUZZ_SEED another.
/// </summary>
public sealed class RouteFuzzTests
{
    private const int Requests = 2_400;
    private const long MostGrowth = 64 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task No_request_makes_an_error_a_hang_or_a_mix_up()
    {
        int requests = Setting("HEADGATE_TEST_FUZZ_REQUESTS", Requests);
        int seed = Setting("HEADGATE_TEST_FUZZ_SEED", 20260101);
        await using Service service = await Service.StartAsync();
        FuzzRun first = new(service, seed, Patience);
        await first.SendAsync(requests / 2, TestContext.Current.CancellationToken);
        Assert.True(first.Failures.Count == 0, string.Join("\n\n", first.Failures));
        Assert.True(first.Answered > requests / 4, $"Only {first.Answered} of {requests / 2} requests were answered: this looks at nothing.");
        long before = GC.GetTotalMemory(forceFullCollection: true);
        FuzzRun second = new(service, seed + 1_000, Patience);
        await second.SendAsync(requests / 2, TestContext.Current.CancellationToken);
        Assert.True(second.Failures.Count == 0, string.Join("\n\n", second.Failures));

        LoadControl load = service.Services.GetRequiredService<LoadControl>();
        await Soon.UntilAsync(() => load is { Active: 0, Queued: 0 });
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostGrowth);
        Assert.True(service.Book.Current.Tenants.Count <= requests);
        if (service.Services.GetRequiredService<IRateLimitStore>() is MemoryStore store) Assert.InRange(store.KeyCount, 1, 4L * requests);
        Assert.DoesNotContain(service.Log.All, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("error", "500")]
    [InlineData("hang", "No answer")]
    [InlineData("mix-up", "which nobody else names")]
    public async Task A_fault_that_is_planted_is_found(string fault, string found)
    {
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton<IStartupFilter>(new Planted(fault)));
        FuzzRun run = new(service, 1, fault == "hang" ? TimeSpan.FromSeconds(2) : Patience);
        await run.SendAsync(600, TestContext.Current.CancellationToken);
        Assert.Contains(run.Failures, failure => failure.Contains(found, StringComparison.Ordinal));
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : otherwise;

    /// <summary>What a bug could do to a few requests of many.</summary>
    private sealed class Planted(string fault) : IStartupFilter
    {
        private int _count;

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                int count = Interlocked.Increment(ref _count);
                switch (fault)
                {
                    case "error" when context.Request.QueryString.Value?.Contains("cost", StringComparison.Ordinal) == true:
                        throw new InvalidOperationException("Planted.");
                    case "hang" when context.Request.ContentLength % 50 == 7:
                        await Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, context.RequestAborted);
                        break;
                    case "mix-up" when context.Request.Path == "/api/check_and_consume" && count % 5 == 0:
                        // Whatever is decided now and then is decided for one of the others.
                        await context.RequestServices.GetRequiredService<IRateLimitStore>().AcquireAsync(
                            new[] { Server.Decisions.Decider.ChargeOf(
                                new Server.Decisions.AppliedRule(Decisions.Rules.Log(1_000, 86_400_000), Server.Decisions.RuleSource.Request),
                                new Server.Decisions.DecisionRequest($"probe/1/{count % 4}/{count % 3}", "c1", "login")) });
                        break;
                }

                await following(context);
            });
            next(app);
        };
    }
}
