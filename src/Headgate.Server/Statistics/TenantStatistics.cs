using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Headgate.Server.Changes;
using Headgate.Server.Load;
using Headgate.Server.Telemetry;

namespace Headgate.Server.Statistics;

/// <summary>
/// Counts what became of every request for a decision, for each tenant on its own. One addition a request; thread-safe. Counts of a tenant are exact.
/// Tenants that are configured, and 10,000 others, are counted one by one; the rest together.
/// </summary>
internal sealed class TenantStatistics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Headgate.Server";

    /// <summary>Name of the counter of decisions.</summary>
    public const string DecisionsInstrument = "headgate.server.decisions";

    /// <summary>Tenants of which nothing is configured that are counted one by one.</summary>
    public const int MaxStrangers = 10_000;

    /// <summary>All tenants that are counted one by one: whoever may configure can make and delete tenants without end.</summary>
    private const int MaxTenants = 200_000;

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly KeyValuePair<string, object?> AllowedTag = Outcome("allowed");
    private static readonly KeyValuePair<string, object?> DeniedTag = Outcome("denied");
    private static readonly KeyValuePair<string, object?> ImpossibleTag = Outcome("impossible");
    private static readonly KeyValuePair<string, object?> RejectedTag = Outcome("rejected");
    private static readonly KeyValuePair<string, object?> TimedOutTag = Outcome("timed_out");

    private readonly ConcurrentDictionary<string, TenantTally> _tallies = new(StringComparer.Ordinal);
    private readonly TenantTally _others = new();
    private readonly ConfigBook _book;
    private readonly TimeProvider _clock;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _wait;
    private readonly DecisionSeries _series;
    private readonly DecisionTraces _traces;
    private int _count;
    private int _strangers;

    public TenantStatistics(ConfigBook book, TenantLabels labels, DecisionTraces traces, TimeProvider clock, IMeterFactory meters)
    {
        _traces = traces;
        _book = book;
        _clock = clock;
        _series = new DecisionSeries(labels);
        Since = clock.GetUtcNow();
        Meter meter = meters.Create(MeterName);
        meter.CreateObservableCounter("headgate.server.decisions", ReadSeries, "{decision}", "Requests for decisions, by tenant, outcome and who decided.");
        _duration = meter.CreateHistogram("headgate.server.decision.duration", "s", "Time from a request for a decision to its answer, waiting included, by outcome.", tags: null, Seconds);
        _wait = meter.CreateHistogram("headgate.server.queue.wait.duration", "s", "Time that a request waited for its turn, whatever came of it.", tags: null, Seconds);
    }

    /// <summary>Since when counts are counted.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>A request was answered: decided, or refused by the load gate.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="allowed">The decision.</param>
    /// <param name="impossible">Denied for ever.</param>
    /// <param name="outcome">What became of it at the load gate. If it was refused there, nothing was decided, and the other arguments say nothing.</param>
    /// <param name="source">Who decided.</param>
    /// <param name="startTimestamp">When the request began, by <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="action">What for, for the trace; null if it is not known.</param>
    /// <param name="wait">How long it waited for its turn, for the trace.</param>
    public void Decided(
        string tenant, bool allowed, bool impossible, LoadOutcome outcome, DecisionSource source, long startTimestamp, string? action = null, TimeSpan wait = default)
    {
        TallyOf(tenant).Decided(allowed, impossible, outcome, source);
        bool isTraced = DecisionTraces.Listens;
        if (!isTraced && !_duration.Enabled) return;
        TimeSpan taken = _clock.GetElapsedTime(startTimestamp);
        KeyValuePair<string, object?> tag = TagOf(allowed, impossible, outcome);
        _duration.Record(taken.TotalSeconds, tag);
        if (!isTraced) return;
        string? by = outcome is LoadOutcome.Rejected or LoadOutcome.TimedOut ? null : TenantTally.SourceNames[(int)source];
        _traces.Record(tenant, action, (string)tag.Value!, by, taken, wait);
    }

    /// <summary>A request for a decision met an error, or a store that did not answer.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="action">What for, for the trace; null if it is not known.</param>
    public void Failed(string tenant, string? action = null)
    {
        TallyOf(tenant).AddFailure();
        if (DecisionTraces.Listens) _traces.Record(tenant, action, "failed", null, TimeSpan.Zero, TimeSpan.Zero);
    }

    /// <summary>A request waited for its turn for so long, whatever came of it.</summary>
    public void Waited(TimeSpan wait) => _wait.Record(wait.TotalSeconds);

    /// <summary>The counts of one tenant; false if none of its requests was counted on its own.</summary>
    public bool TryGet(string tenant, out TenantFigures figures)
    {
        figures = default;
        if (!_tallies.TryGetValue(tenant, out TenantTally? tally)) return false;
        figures = Read(tally);
        return true;
    }

    /// <summary>The counts of the tenants that are not counted one by one.</summary>
    public TenantFigures Others => Read(_others);

    /// <summary>The tenants that are counted one by one, in no order.</summary>
    public IEnumerable<string> Tenants => _tallies.Keys;

    private static TenantFigures Read(TenantTally tally)
    {
        Span<long> counts = stackalloc long[TenantTally.Cells];
        tally.AddTo(counts);
        return TenantTally.Sum(counts);
    }

    private List<Measurement<long>> ReadSeries() => _series.Read(_tallies, _others);

    private TenantTally TallyOf(string tenant) => _tallies.TryGetValue(tenant, out TenantTally? tally) ? tally : Admit(tenant);

    private TenantTally Admit(string tenant)
    {
        bool isStranger = !_book.Current.Tenants.ContainsKey(tenant);
        if (IsFull(isStranger)) return _others;
        lock (_tallies)
        {
            if (_tallies.TryGetValue(tenant, out TenantTally? tally)) return tally;
            if (IsFull(isStranger)) return _others;
            _count++;
            if (isStranger) _strangers++;
            return _tallies[tenant] = new TenantTally();
        }
    }

    private bool IsFull(bool isStranger) => Volatile.Read(ref _count) >= MaxTenants || (isStranger && Volatile.Read(ref _strangers) >= MaxStrangers);

    private static KeyValuePair<string, object?> TagOf(bool allowed, bool impossible, LoadOutcome outcome) => outcome switch
    {
        LoadOutcome.Rejected => RejectedTag,
        LoadOutcome.TimedOut => TimedOutTag,
        _ => allowed ? AllowedTag : impossible ? ImpossibleTag : DeniedTag,
    };

    private static KeyValuePair<string, object?> Outcome(string outcome) => new("outcome", outcome);
}
