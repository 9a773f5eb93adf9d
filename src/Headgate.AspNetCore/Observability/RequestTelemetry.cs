using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace Headgate.AspNetCore.Observability;

/// <summary>The instruments of <see cref="HeadgateAspNetCoreDiagnostics"/>. Nobody listening costs a few field reads. Safe for any number of threads.</summary>
/// <remarks>
/// What is counted up is counted down, and by the same tag, whoever starts or stops listening in between: that it was counted stands in the
/// <see cref="Span"/> which the request keeps.
/// </remarks>
internal sealed class RequestTelemetry
{
    /// <summary>Seconds, up to the hour that a request may wait at most: the buckets of what shows a distribution.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3_600],
    };

    private static readonly KeyValuePair<string, object?>[] Outcomes =
        [.. Enumerable.Range(0, RequestOutcomes.Count).Select(i => new KeyValuePair<string, object?>("outcome", ((RequestOutcome)i).Text()))];

    private readonly TimeProvider _clock;
    private readonly StoreOutage _outage;
    private readonly PolicyTags _policies = new();
    private readonly Counter<long> _requests;
    private readonly UpDownCounter<long> _queued;
    private readonly Histogram<double> _timeInQueue;
    private readonly Histogram<double> _delay;
    private readonly UpDownCounter<long> _leases;
    private readonly Histogram<double> _leaseDuration;

    public RequestTelemetry(IMeterFactory meters, TimeProvider clock, StoreOutage outage)
    {
        _clock = clock;
        _outage = outage;
        Meter meter = meters.Create(HeadgateAspNetCoreDiagnostics.MeterName);
        _requests = meter.CreateCounter<long>("headgate.http.requests", "{request}", "Requests by policy and outcome.");
        _queued = meter.CreateUpDownCounter<long>("headgate.http.request.queued", "{request}", "Requests that wait now, by policy.");
        _timeInQueue = meter.CreateHistogram("headgate.http.request.time_in_queue", "s", "Time that a request waited, by policy and outcome.", tags: null, Seconds);
        _delay = meter.CreateHistogram("headgate.http.request.delay", "s", "Time for which an admitted request was held back, by policy.", tags: null, Seconds);
        _leases = meter.CreateUpDownCounter<long>("headgate.http.leases", "{lease}", "Requests that hold permits of a concurrency limit now, by policy.");
        _leaseDuration = meter.CreateHistogram("headgate.http.lease.duration", "s", "Time that a request held permits of a concurrency limit, by policy.", tags: null, Seconds);
    }

    /// <summary>True if anybody wants to know of decisions.</summary>
    public bool Listens => _requests.Enabled || RequestActivity.Listens;

    /// <summary>A decision was taken. To be called once for a request, whatever the decision; <see cref="Refusals.Add"/> does so itself.</summary>
    /// <param name="policy">The policy that decided, or the first of those that were asked.</param>
    /// <param name="decision">What was decided.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Decided(string policy, in Decision decision)
    {
        if (decision.Source >= DecisionSource.FailOpen || _outage.IsOn || Listens) Tell(policy, decision);
    }

    /// <summary>A request fared otherwise than by a decision: exempt, cancelled, invalid.</summary>
    public void Ended(string policy, RequestOutcome outcome)
    {
        if (Listens) Report(policy, outcome, default);
    }

    /// <summary>A request begins to wait. Give what is returned to <see cref="EndWait"/>, whatever happens.</summary>
    public Span StartWait(string policy) => _queued.Enabled || _timeInQueue.Enabled ? Start(policy, _queued, _timeInQueue.Enabled) : default;

    public void EndWait(in Span wait, RequestOutcome outcome)
    {
        if (wait.Policy is null) return;
        if (wait.IsCounted) _queued.Add(-1, _policies[wait.Policy]);
        if (wait.IsTimed) _timeInQueue.Record(_clock.GetElapsedTime(wait.Started).TotalSeconds, _policies[wait.Policy], Outcomes[(int)outcome]);
    }

    /// <summary>A request begins to hold permits. Give what is returned to <see cref="EndLease"/>, whatever happens.</summary>
    public Span StartLease(string policy) => _leases.Enabled || _leaseDuration.Enabled ? Start(policy, _leases, _leaseDuration.Enabled) : default;

    public void EndLease(in Span lease)
    {
        if (lease.Policy is null) return;
        if (lease.IsCounted) _leases.Add(-1, _policies[lease.Policy]);
        if (lease.IsTimed) _leaseDuration.Record(_clock.GetElapsedTime(lease.Started).TotalSeconds, _policies[lease.Policy]);
    }

    /// <summary>An admitted request is held back for so long.</summary>
    public void Delayed(string policy, TimeSpan delay)
    {
        if (_delay.Enabled) _delay.Record(delay.TotalSeconds, _policies[policy]);
    }

    private Span Start(string policy, UpDownCounter<long> counter, bool isTimed)
    {
        bool isCounted = counter.Enabled;
        if (isCounted) counter.Add(1, _policies[policy]);
        return new Span(policy, isTimed ? _clock.GetTimestamp() : 0, isCounted, isTimed);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Tell(string policy, in Decision decision)
    {
        _outage.Saw(policy, decision);
        if (Listens) Report(policy, RequestOutcomes.Of(decision), decision);
    }

    private void Report(string policy, RequestOutcome outcome, in Decision decision)
    {
        if (_requests.Enabled) _requests.Add(1, _policies[policy], Outcomes[(int)outcome]);
        if (RequestActivity.Listens && Activity.Current is { IsAllDataRequested: true } request) RequestActivity.Tag(request, policy, outcome, decision);
    }

    /// <summary>Something that began and will end. <c>default</c>: nobody listened when it began.</summary>
    internal readonly record struct Span(string? Policy, long Started, bool IsCounted, bool IsTimed);
}
