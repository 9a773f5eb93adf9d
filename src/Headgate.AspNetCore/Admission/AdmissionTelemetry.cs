using System.Diagnostics.Metrics;

namespace Headgate.AspNetCore.Admission;

/// <summary>The instruments of admission. Whose request it was is no tag. Thread-safe; nobody listening costs a field read.</summary>
internal sealed class AdmissionTelemetry
{
    /// <summary>Up to the hour that a request may wait at most.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
    };

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _timeInQueue;

    public AdmissionTelemetry(IMeterFactory meters, FairGate gate)
    {
        Meter meter = meters.Create(HeadgateAspNetCoreDiagnostics.MeterName);
        _requests = meter.CreateCounter<long>("headgate.http.admission.requests", "{request}", "Requests by outcome of admission.");
        _timeInQueue = meter.CreateHistogram("headgate.http.admission.time_in_queue", "s", "Time that a request waited for its turn, by outcome; only of those that did.", tags: null, Seconds);
        Func<long> active = () => gate.Active, queued = () => gate.Queued;
        meter.CreateObservableUpDownCounter("headgate.http.admission.active", active, "{request}", "Requests that hold a place now.");
        meter.CreateObservableUpDownCounter("headgate.http.admission.queued", queued, "{request}", "Requests that wait for their turn now.");
    }

    public void Answered(in FairPass pass)
    {
        if (!_requests.Enabled && !_timeInQueue.Enabled) return;
        KeyValuePair<string, object?> outcome = Outcome(pass.Outcome switch
        {
            FairOutcome.Entered => "entered",
            FairOutcome.Queued => "queued",
            FairOutcome.Overflow => "overflow",
            _ => "timed_out",
        });
        _requests.Add(1, outcome);
        if (pass.Waited > TimeSpan.Zero) _timeInQueue.Record(pass.Waited.TotalSeconds, outcome);
    }

    public void Cancelled() => _requests.Add(1, Outcome("cancelled"));

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
