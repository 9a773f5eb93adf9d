using System.Buffers;
using System.Diagnostics.Metrics;
using System.Numerics;

namespace Headgate.Server.Metrics;

/// <summary>
/// Keeps what the meters of this process measure, and writes it as Prometheus reads it. Thread-safe: recording takes no lock and allocates nothing in the
/// long run; scrapes take turns, and hold up nobody who records.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>The most series of an instrument; what is beyond is one series, <c>otel_metric_overflow="true"</c>.</summary>
    public const int MaxSeries = 2_000;

    /// <summary>The most of one whose labels the service bounds itself: up to 1,001 tenants by what became of their requests.</summary>
    public const int MaxOwnSeries = 20_000;

    /// <summary>The most instruments.</summary>
    public const int MaxFamilies = 1_000;

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(ProcessFacts.Names, StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Lock _scraping = new();
    private readonly IMeterFactory? _meters;
    private readonly MeterListener _listener = new();
    private long _scrape;
    private int _size = 16 * 1_024;

    /// <param name="meters">The application's: of the meters that others made in this process those that no other application made are taken.</param>
    public PrometheusExporter(IMeterFactory? meters)
    {
        _meters = meters;
        _listener.InstrumentPublished = Published;
        Take<byte>(static v => v);
        Take<short>(static v => v);
        Take<int>(static v => v);
        Take<long>(static v => v);
        Take<float>(static v => v);
        Take<double>(static v => v);
        Take<decimal>(static v => (double)v);
        _listener.Start();
    }

    /// <summary>Measurements that went into series for the rest.</summary>
    public long Folded
    {
        get
        {
            lock (_gate) return _families.Values.Sum(family => family.Folded);
        }
    }

    /// <summary>Instruments that asked for their value failed.</summary>
    public long Failures { get; private set; }

    /// <summary>Instruments left out, because another has their name and measures something else, or because there are too many.</summary>
    public long Refused { get; private set; }

    public static bool IsTaken(string meter) =>
        meter is "Headgate" or "Microsoft.AspNetCore.Hosting" or "Microsoft.AspNetCore.Server.Kestrel" or "System.Runtime" || meter.StartsWith("Headgate.", StringComparison.Ordinal);

    /// <summary>All there is now.</summary>
    /// <param name="openMetrics">As OpenMetrics 1.0.0; otherwise as text 0.0.4.</param>
    public ReadOnlyMemory<byte> Scrape(bool openMetrics)
    {
        lock (_scraping)
        {
            _scrape++;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException failed)
            {
                // The others were asked all the same.
                Failures += failed.InnerExceptions.Count;
            }

            Family[] families;
            lock (_gate) families = [.. _families.Values];
            ArrayBufferWriter<byte> output = new(_size);
            ExpositionWriter writer = new(output, openMetrics);
            foreach (Family family in families) writer.Write(family, family.Read(_scrape));
            ProcessFacts.Write(writer);
            writer.End();
            _size = Math.Max(_size, output.WrittenCount + (output.WrittenCount / 4));
            return output.WrittenMemory;
        }
    }

    public void Dispose() => _listener.Dispose();

    private static FamilyKind KindOf(Instrument instrument)
    {
        Type type = instrument.GetType();
        Type? definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>)) return FamilyKind.Counter;
        return definition == typeof(Histogram<>) ? FamilyKind.Histogram : FamilyKind.Gauge;
    }

    private void Take<T>(Func<T, double> widen)
        where T : struct, INumber<T> =>
        _listener.SetMeasurementEventCallback<T>((_, value, tags, state) =>
        {
            Family family = (Family)state!;
            if (family.IsObserved) family.Observe(widen(value), tags, _scrape);
            else family.Record(widen(value), tags);
        });

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (!IsTaken(instrument.Meter.Name) || (instrument.Meter.Scope is IMeterFactory other && other != _meters)) return;
        FamilyKind kind = KindOf(instrument);
        Family family = new(instrument, kind, instrument.Meter.Name == Statistics.TenantStatistics.MeterName ? MaxOwnSeries : MaxSeries);
        lock (_gate)
        {
            if (_families.TryGetValue(family.Name, out Family? same))
            {
                if (!same.Fits(instrument, kind))
                {
                    Refused++;
                    return;
                }

                family = same;
            }
            else if (_families.Count >= MaxFamilies || family.Names.Any(_names.Contains))
            {
                Refused++;
                return;
            }
            else
            {
                _families[family.Name] = family;
                _names.UnionWith(family.Names);
            }
        }

        listener.EnableMeasurementEvents(instrument, family);
    }
}
