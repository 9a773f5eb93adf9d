using System.Net;
using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Tests.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Statistics;

public sealed class StatisticsRouteTests
{
    [Fact]
    public async Task Tells_the_counts_of_a_tenant_and_of_no_other()
    {
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        statistics.Decided("a/b", true, false, LoadOutcome.Queued, DecisionSource.Store, 0);
        statistics.Failed("other");
        (HttpStatusCode status, JsonElement body) = await service.GetAsync("/api/stats/tenant/a%2Fb");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("a/b", body.GetProperty("tenant_id").GetString());
        Assert.Equal((1, 1, 0), (body.GetProperty("allowed").GetInt64(), body.GetProperty("queued").GetInt64(), body.GetProperty("failed").GetInt64()));
        Assert.Equal(service.Clock.GetUtcNow(), body.GetProperty("since").GetDateTimeOffset());
        Assert.Equal(0, body.GetProperty("queue_length").GetInt32());
    }

    [Fact]
    public async Task Of_an_unknown_tenant_there_is_nothing_and_of_a_configured_one_zeros()
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await service.GetAsync("/api/stats/tenant/acme")).Status);
        await TenantStatisticsTests.ConfigureAsync(service, "acme");
        (HttpStatusCode status, JsonElement body) = await service.GetAsync("/api/stats/tenant/acme");
        Assert.Equal((HttpStatusCode.OK, 0), (status, body.GetProperty("allowed").GetInt64()));
    }

    [Fact]
    public async Task Pages_hold_every_tenant_once_in_order()
    {
        await using Service service = await Service.StartAsync();
        TenantStatistics statistics = service.Services.GetRequiredService<TenantStatistics>();
        string[] tenants = [.. Enumerable.Range(0, 25).Select(i => $"t&{i:00}")];
        foreach (string tenant in tenants) statistics.Failed(tenant);
        List<string?> found = [];
        string? next = "";
        for (int pages = 0; next is not null; pages++)
        {
            Assert.True(pages < 3);
            (_, JsonElement page) = await service.GetAsync($"/api/stats?limit=10&after={Uri.EscapeDataString(next)}");
            found.AddRange(page.GetProperty("tenants").EnumerateArray().Select(t => t.GetProperty("tenant_id").GetString()));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(tenants, found);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1001")]
    [InlineData("-1")]
    [InlineData("ten")]
    [InlineData("99999999999999999999")]
    public async Task Refuses_a_page_that_is_none(string limit)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement problem) = await service.GetAsync($"/api/stats?limit={limit}");
        Assert.Equal((HttpStatusCode.BadRequest, "limit", limit), (status, problem.GetProperty("field").GetString(), problem.GetProperty("value").GetString()));
    }

    [Theory]
    [InlineData("Monitor", null, 200, 200)]
    [InlineData("Admin", null, 200, 200)]
    [InlineData("Decide", null, 403, 200)]
    [InlineData("Decide", "acme", 403, 200)]
    [InlineData("Configure", "acme", 403, 200)]
    [InlineData("Monitor", "acme", 403, 200)]
    [InlineData("Monitor", "other", 403, 403)]
    public async Task Each_caller_sees_its_own_tenant_and_only_monitors_see_all(string role, string? tenant, int all, int one)
    {
        Caller caller = new("test", Enum.Parse<KeyRole>(role), tenant);
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton<IAccessGate>(new MetricsRouteTests.GateFor(caller)));
        await TenantStatisticsTests.ConfigureAsync(service, "acme");
        Assert.Equal(all, (int)(await service.GetAsync("/api/stats")).Status);
        Assert.Equal(one, (int)(await service.GetAsync("/api/stats/tenant/acme")).Status);
    }
}
