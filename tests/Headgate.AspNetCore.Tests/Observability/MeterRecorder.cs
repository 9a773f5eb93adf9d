using System.Diagnostics.Metrics;

namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>Writes down what the meters of one factory report; other tests have their own.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<string> _reports = [];
    private readonly List<Instrument> _instruments = [];

    public MeterRecorder(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, factory)) return;
            lock (_gate) _instruments.Add(instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Write(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Write(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate) return [.. _instruments];
        }
    }

    /// <summary>Each report as <c>instrument value tag=value ...</c>, tags in the order in which they were given.</summary>
    public IReadOnlyList<string> Reports
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    /// <summary>Asks the instruments that are only told when asked.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Write(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string text = FormattableString.Invariant($"{instrument.Name} {value}");
        foreach ((string name, object? tag) in tags) text += $" {name}={tag}";
        lock (_gate) _reports.Add(text);
    }
}
