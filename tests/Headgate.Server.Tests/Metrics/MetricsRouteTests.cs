using System.Net;
using Headgate.Server.Access;
using Headgate.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Metrics;

public sealed class MetricsRouteTests
{
    private const string Ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Theory]
    [InlineData(null, false)]
    [InlineData("*/*", false)]
    [InlineData("text/html", false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2", true)]
    [InlineData("application/openmetrics-text;q=0.1, text/plain", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("???", false)]
    public async Task Answers_in_the_format_that_is_asked_for(string? accept, bool openMetrics)
    {
        await using Service service = await Service.StartAsync();
        await service.PostAsync("/api/check_and_consume", Ask);
        await service.GetAsync("/health/live");
        using HttpRequestMessage request = new(HttpMethod.Get, "/metrics");
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using HttpResponseMessage response = await service.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(openMetrics ? MetricsRoutes.OpenMetricsType : MetricsRoutes.TextType, response.Content.Headers.ContentType!.ToString());
        IReadOnlyDictionary<string, ParsedFamily> families = Exposition.Parse(await response.Content.ReadAsByteArrayAsync(), openMetrics);
        Assert.Contains(openMetrics ? "headgate_build" : "headgate_build_info", families.Keys);
        string total = openMetrics ? "" : "_total";
        string[] expected =
        [
            "process_start_time_seconds", "http_server_request_duration_seconds", "kestrel_active_connections", $"dotnet_gc_collections{total}",
            "dotnet_process_memory_working_set_bytes", "headgate_server_config_version", $"headgate_server_metrics_folded{total}",
        ];
        Assert.Empty(expected.Except(families.Keys));
        Assert.Contains(families["http_server_request_duration_seconds"].Samples, s => s.Labels.GetValueOrDefault("http_route") == "/health/live");
    }

    [Theory]
    [InlineData("Admin", null, HttpStatusCode.OK)]
    [InlineData("Monitor", null, HttpStatusCode.OK)]
    [InlineData("Monitor", "acme", HttpStatusCode.Forbidden)]
    [InlineData("Admin", "acme", HttpStatusCode.Forbidden)]
    [InlineData("Decide", null, HttpStatusCode.Forbidden)]
    [InlineData("Configure", null, HttpStatusCode.Forbidden)]
    public async Task Tells_only_who_may_read_the_figures_of_all(string role, string? tenant, HttpStatusCode expected)
    {
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton<IAccessGate>(new GateFor(new Caller("test", Enum.Parse<KeyRole>(role), tenant))));
        using HttpResponseMessage response = await service.Client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal(expected, response.StatusCode);
    }

    internal sealed class GateFor(Caller caller) : IAccessGate
    {
        public Caller Enter(HttpContext context) => caller;
    }
}
