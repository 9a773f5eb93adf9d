using System.Diagnostics.Metrics;
using Headgate.Server.Changes;
using Headgate.Server.Metrics;
using Headgate.Server.Statistics;

namespace Headgate.Server.Telemetry;

/// <summary>The instruments of the service as a whole; those of decisions are in <see cref="TenantStatistics"/>. Thread-safe.</summary>
internal sealed class ServiceInstruments
{
    private readonly Counter<long> _changes;

    public ServiceInstruments(IMeterFactory meters, ConfigBook book, TenantLabels labels, ILoadFigures load, PrometheusExporter exporter)
    {
        Meter meter = meters.Create(TenantStatistics.MeterName);
        meter.CreateObservableUpDownCounter("headgate.server.active", Active, "{request}", "Requests for decisions at work now.");
        meter.CreateObservableUpDownCounter("headgate.server.queue.length", QueueLengths, "{request}", "Requests for decisions that wait now, by tenant.");
        meter.CreateObservableGauge("headgate.server.config.version", Version, "{version}", "The version of the configuration in force.");
        meter.CreateObservableUpDownCounter("headgate.server.tenants", Tenants, "{tenant}", "Tenants that are configured.");
        meter.CreateObservableCounter("headgate.server.metrics.folded", Folded, "{measurement}", "Measurements that /metrics reports as otel_metric_overflow, for their instrument has too many series.");
        meter.CreateObservableCounter("headgate.server.metrics.failures", Failures, "{failure}", "Instruments that failed when /metrics asked them.");
        _changes = meter.CreateCounter<long>("headgate.server.config.changes", "{change}", "Changes of the configuration, by outcome.");
        book.Changed += _ => Count("applied");

        int Active() => load.Active;
        List<Measurement<long>> QueueLengths() => Queues(load, labels);
        long Version() => book.Current.Version;
        int Tenants() => book.Current.Tenants.Count;
        long Folded() => exporter.Folded;
        long Failures() => exporter.Failures;
    }

    /// <summary>A change of the configuration was asked for, and this became of it.</summary>
    /// <param name="outcome"><c>refused</c> for what must be asked otherwise, <c>failed</c> for what could not be kept. What is applied is counted already.</param>
    public void Count(string outcome) => _changes.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static List<Measurement<long>> Queues(ILoadFigures load, TenantLabels labels)
    {
        List<Measurement<long>> lengths = [];
        long others = 0;
        foreach ((string tenant, int length) in load.Queues())
        {
            string label = labels.Of(tenant);
            if (ReferenceEquals(label, TenantLabels.Other)) others += length;
            else lengths.Add(new Measurement<long>(length, new KeyValuePair<string, object?>("tenant", label)));
        }

        if (others > 0) lengths.Add(new Measurement<long>(others, new KeyValuePair<string, object?>("tenant", TenantLabels.Other)));
        return lengths;
    }
}
