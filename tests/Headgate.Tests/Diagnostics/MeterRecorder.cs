using System.Diagnostics.Metrics;

namespace Headgate.Tests.Diagnostics;

/// <summary>Writes down what the meter reports.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Measurement> _measurements = [];
    private readonly List<Instrument> _instruments = [];

    public MeterRecorder()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != HeadgateDiagnostics.MeterName) return;
            lock (_gate) _instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Write(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Write(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>One report; tags as <c>policy=x, outcome=y</c> in the order in which they were given.</summary>
    public sealed record Measurement(string Instrument, double Value, string Tags);

    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate) return [.. _instruments];
        }
    }

    public IReadOnlyList<Measurement> All
    {
        get
        {
            lock (_gate) return [.. _measurements];
        }
    }

    public IReadOnlyList<Measurement> Of(string instrument) => [.. All.Where(m => m.Instrument == instrument)];

    public double Observe(string instrument)
    {
        lock (_gate) _measurements.RemoveAll(m => m.Instrument == instrument);
        _listener.RecordObservableInstruments();
        return Assert.Single(Of(instrument)).Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Write(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = string.Join(", ", tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
        lock (_gate) _measurements.Add(new Measurement(instrument.Name, value, text));
    }
}
