using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Telemetry;
using Headgate.Server.Tests.Statistics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Tests.Telemetry;

public sealed class OtlpTests
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Sends_metrics_and_traces_to_the_collector_when_it_stops_and_no_id_of_a_client()
    {
        await using Collector collector = await Collector.StartAsync();
        await using (Service service = await Service.StartAsync(new ServeOptions { OtlpEndpoint = collector.Address }))
        {
            await TenantStatisticsTests.ConfigureAsync(service, "acme");
            await service.SendAsync(HttpMethod.Post, "/api/check_and_consume", """{"tenant_id":"acme","client_id":"ann-the-client","action_type":"login"}""", ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"));
            await service.SendAsync(HttpMethod.Get, "/api/status/acme/ann-the-client/login?max_requests=5");
            service.Services.GetRequiredService<TenantStatistics>().Decided("acme", true, false, LoadOutcome.Processed, DecisionSource.Store, 0);
            await service.StopAsync();
        }

        byte[] metrics = collector.Received("metrics");
        Assert.All(
            ["service.name", "headgate", "headgate.server.decisions", "headgate.server.config.version", "http.server.request.duration", "dotnet.gc.collections", "acme"],
            text => Assert.True(Collector.Has(metrics, text), text));
        byte[] traces = collector.Received("traces");
        Assert.All(
            ["service.name", "headgate.decide", "headgate.tenant", "http.route", "GET /api/status/{tenant_id}/{client_id}/{action_type}", "POST /api/check_and_consume", "http.response.status_code"],
            text => Assert.True(Collector.Has(traces, text), text));
        Assert.True(Collector.Has(traces, Convert.FromHexString(TraceId)), "the trace of the caller");
        Assert.False(Collector.Has(traces, "ann-the-client"));
        Assert.False(Collector.Has(metrics, "ann-the-client"));
    }

    [Fact]
    public async Task A_collector_that_is_away_does_not_hold_up_the_stop()
    {
        // Nothing listens on port 1.
        await using Service service = await Service.StartAsync(new ServeOptions { OtlpEndpoint = new Uri("http://127.0.0.1:1") });
        await service.GetAsync("/health/live");
        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
    }

    [Fact]
    public async Task Nothing_of_it_is_there_where_it_is_off()
    {
        await using Service service = await Service.StartAsync();
        Assert.DoesNotContain(service.Services.GetServices<IHostedService>(), hosted => hosted is OtlpExport);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", null, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", null, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "true", false)]
    public void Is_on_by_the_standard_variables(string? variable, string? disabled, bool isOn) =>
        Assert.Equal(isOn, OtlpTarget.IsOn(new ServeOptions(), name => name == variable ? "http://collector:4317" : name == "OTEL_SDK_DISABLED" ? disabled : null));

    [Theory]
    [InlineData("http://c:4317", null, true)]
    [InlineData("http://c:4318", null, false)]
    [InlineData("http://c:4318", "grpc", true)]
    [InlineData("http://c:4317", "http/protobuf", false)]
    public void Speaks_the_protocol_of_the_variable_or_else_of_the_port(string endpoint, string? protocol, bool isGrpc) =>
        Assert.Equal(isGrpc, OtlpTarget.IsGrpc(new Uri(endpoint), _ => protocol));

    [Theory]
    [InlineData("http://c:4318", "http://c:4318/v1/traces")]
    [InlineData("http://c:4318/", "http://c:4318/v1/traces")]
    [InlineData("http://c/otlp/", "http://c/otlp/v1/traces")]
    public void Each_signal_has_its_path(string endpoint, string expected) => Assert.Equal(expected, OtlpTarget.PathOf(new Uri(endpoint), "traces").AbsoluteUri);
}
