using Headgate.Server.Telemetry;
using Headgate.Server.Tests.Metrics;
using Headgate.Server.Tests.Statistics;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Telemetry;

public sealed class ServiceInstrumentsTests
{
    [Fact]
    public async Task Changes_of_the_configuration_are_counted_and_what_was_loaded_is_none()
    {
        await using Service service = await Service.StartAsync();
        Assert.False((await ScrapeAsync(service)).ContainsKey("headgate_server_config_changes_total"));
        await TenantStatisticsTests.ConfigureAsync(service, "acme", "other");
        await TenantStatisticsTests.ConfigureAsync(service, "third");
        service.Services.GetRequiredService<ServiceInstruments>().Count("refused");

        IReadOnlyDictionary<string, ParsedFamily> scrape = await ScrapeAsync(service);
        Assert.Equal([("applied", 2), ("refused", 1)], scrape["headgate_server_config_changes_total"].Samples.Select(s => (s.Labels["outcome"], s.Value)));
        Assert.Equal(2, scrape["headgate_server_config_version"].Samples.Single().Value);
        Assert.Equal(3, scrape["headgate_server_tenants"].Samples.Single().Value);
    }

    private static async Task<IReadOnlyDictionary<string, ParsedFamily>> ScrapeAsync(Service service) =>
        Exposition.Parse(await service.Client.GetByteArrayAsync(new Uri("/metrics", UriKind.Relative)), openMetrics: false);
}
