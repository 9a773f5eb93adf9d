using System.Diagnostics;
using Headgate.Server.Metrics;
using Headgate.Server.Statistics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Headgate.Server.Telemetry;

/// <summary>Sends metrics and traces to a collector by OTLP. What is left is sent when the service stops.</summary>
internal sealed class OtlpExport(ServeOptions options) : IHostedService, IDisposable
{
    /// <summary>What the last sending may take: a collector that is away does not hold up the stop.</summary>
    private const int LastMilliseconds = 5_000;

    private MeterProvider? _meters;
    private TracerProvider? _tracers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(Describe)
            .AddMeter("Headgate*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
            .AddView(TenantStatistics.DecisionsInstrument, new MetricStreamConfiguration { CardinalityLimit = PrometheusExporter.MaxOwnSeries })
            .AddOtlpExporter(exporter => Aim(exporter, "metrics"))
            .Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(Describe)
            .AddSource("Headgate*", "Microsoft.AspNetCore")
            .AddProcessor(new PathRemoval())
            .AddOtlpExporter(exporter => Aim(exporter, "traces"))
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // They can only be waited for by blocking, each on a thread of its own.
        Task metrics = Task.Run(() => _meters?.Shutdown(LastMilliseconds), CancellationToken.None);
        Task traces = Task.Run(() => _tracers?.Shutdown(LastMilliseconds), CancellationToken.None);
        return Task.WhenAll(metrics, traces).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
    }

    /// <summary>To be called before the server is built.</summary>
    public static void TagRequests() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

    /// <summary>The standard variables (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) come last, and so win.</summary>
    private static void Describe(ResourceBuilder resource) =>
        resource.Clear().AddTelemetrySdk().AddService("headgate", serviceVersion: ProcessFacts.Version).AddEnvironmentVariableDetector();

    private void Aim(OtlpExporterOptions exporter, string signal)
    {
        if (options.OtlpEndpoint is not { } endpoint) return;
        bool isGrpc = OtlpTarget.IsGrpc(endpoint, Environment.GetEnvironmentVariable);
        exporter.Protocol = isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = isGrpc ? endpoint : OtlpTarget.PathOf(endpoint, signal);
    }

    /// <summary>Paths have ids of clients in them: the route stays, the path and the query do not.</summary>
    private sealed class PathRemoval : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            data.SetTag("url.path", null);
            data.SetTag("url.query", null);
            data.SetTag("url.full", null);
        }
    }
}
