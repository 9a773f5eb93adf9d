using System.Diagnostics.Metrics;
using Headgate.Server.Changes;
using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Tenants;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Statistics;

public sealed class TenantStatisticsTests
{
    [Fact]
    public async Task Counts_each_outcome_of_each_tenant_on_its_own()
    {
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        long now = service.Clock.GetTimestamp();
        statistics.Decided("a", true, false, LoadOutcome.Processed, DecisionSource.Store, now);
        statistics.Decided("a", true, false, LoadOutcome.Queued, DecisionSource.FailLocal, now);
        statistics.Decided("a", false, false, LoadOutcome.Processed, DecisionSource.DenyCache, now);
        statistics.Decided("a", false, true, LoadOutcome.Queued, DecisionSource.Store, now);
        statistics.Decided("b", true, false, LoadOutcome.Rejected, DecisionSource.Store, now);
        statistics.Decided("b", true, false, LoadOutcome.TimedOut, DecisionSource.Store, now);
        statistics.Failed("b");

        Assert.True(statistics.TryGet("a", out TenantFigures a));
        Assert.Equal(new TenantFigures(Allowed: 2, Denied: 1, Impossible: 1, Queued: 2, Rejected: 0, TimedOut: 0, Failed: 0), a);
        Assert.True(statistics.TryGet("b", out TenantFigures b));
        Assert.Equal(new TenantFigures(0, 0, 0, 0, Rejected: 1, TimedOut: 1, Failed: 1), b);
        Assert.False(statistics.TryGet("c", out _));
    }

    [Fact]
    public async Task Counts_exactly_what_200_callers_do_at_once()
    {
        const int Callers = 200;
        const int Each = 1_000;
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() =>
        {
            string tenant = $"t{caller % 3}";
            for (int i = 0; i < Each; i++) statistics.Decided(tenant, i % 4 != 0, false, i % 10 == 0 ? LoadOutcome.Queued : LoadOutcome.Processed, DecisionSource.Store, 0);
        })));

        for (int tenant = 0; tenant < 3; tenant++)
        {
            int callers = Enumerable.Range(0, Callers).Count(caller => caller % 3 == tenant);
            Assert.True(statistics.TryGet($"t{tenant}", out TenantFigures figures));
            Assert.Equal(new TenantFigures(callers * Each * 3 / 4, callers * Each / 4, 0, callers * Each / 10, 0, 0, 0), figures);
        }
    }

    [Fact]
    public async Task Counts_strangers_beyond_the_bound_together_and_a_configured_tenant_always_on_its_own()
    {
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        for (int i = 0; i < TenantStatistics.MaxStrangers + 5; i++) statistics.Failed($"t{i}");
        await ConfigureAsync(service, "acme");
        statistics.Failed("acme");

        Assert.Equal(TenantStatistics.MaxStrangers + 1, statistics.Tenants.Count());
        Assert.Equal(5, statistics.Others.Failed);
        Assert.True(statistics.TryGet("acme", out TenantFigures acme));
        Assert.Equal(1, acme.Failed);
    }

    [Fact]
    public async Task Names_only_configured_tenants_in_metrics_and_no_series_goes_backwards_when_one_gets_its_name()
    {
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        statistics.Failed("acme");
        statistics.Failed("stranger");
        Assert.Equal([("(other)", 2)], Failures(service));

        await ConfigureAsync(service, "acme");
        statistics.Failed("acme");
        statistics.Failed("stranger");
        Assert.Equal([("acme", 1), ("(other)", 3)], Failures(service).OrderByDescending(f => f.Tenant, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Names_at_most_1000_tenants()
    {
        await using Service service = await Service.StartAsync();
        string[] tenants = [.. Enumerable.Range(0, TenantLabels.MaxNamed + 7).Select(i => $"t{i}")];
        await ConfigureAsync(service, tenants);
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        foreach (string tenant in tenants) statistics.Failed(tenant);

        (string Tenant, long Count)[] failures = Failures(service);
        Assert.Equal(TenantLabels.MaxNamed + 1, failures.Length);
        Assert.Equal(7, Assert.Single(failures, f => f.Tenant == TenantLabels.Other).Count);
    }

    internal static Task<ServiceConfig> ConfigureAsync(Service service, params string[] tenants) => service.Book.ChangeAsync(
        "test",
        "tenants",
        _ => [.. tenants.Select(tenant => new ConfigEdit(NodeAddress.OfTenant(tenant), null, new TenantSettings()))],
        CancellationToken.None);

    /// <summary>The failures that the instrument reports, by tenant.</summary>
    private static (string Tenant, long Count)[] Failures(Service service)
    {
        List<(string, long)> found = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == TenantStatistics.DecisionsInstrument && instrument.Meter.Scope == service.Services.GetRequiredService<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if ((string?)tags[1].Value == "failed") found.Add(((string)tags[0].Value!, count));
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return [.. found];
    }
}
