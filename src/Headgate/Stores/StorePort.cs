using Headgate.Memory;

namespace Headgate;

/// <summary>A limiter's way to its store: knows the limit and the namespace, meters every decision, and meets an unavailable store with the failure mode.</summary>
internal sealed class StorePort
{
    /// <summary>How often permits that other processes hold are asked for.</summary>
    private static readonly TimeSpan HearsayPause = TimeSpan.FromMilliseconds(100);

    private readonly IRateLimitStore _store;
    private readonly MemoryStore? _memory;
    private readonly LimitPlan _plan;
    private readonly Limit _limit;
    private readonly string? _name;
    private readonly FailureMode _failureMode;
    private readonly Lazy<MemoryStore> _local;

    /// <summary>True if the store answers failures itself, and takes refunds and releases of what it answered.</summary>
    private readonly bool _meetsFailures;

    /// <summary>The way to such a store.</summary>
    private readonly IBoundLimit? _bound;

    public StorePort(Limit limit, IRateLimitStore store, string? name, FailureMode? failureMode, TimeProvider clock)
    {
        _limit = limit;
        _meetsFailures = store is IFailureModeStore;
        _store = failureMode is { } mode && store is IFailureModeStore aware ? aware.With(mode) : store;
        _bound = (_store as IFailureModeStore)?.Bind(name, limit);
        _memory = store as MemoryStore;
        _name = name;
        _failureMode = failureMode ?? FailureMode.Open;
        _plan = _memory is null ? LimitPlan.Create(name, limit) : _memory.PlanOf(name, limit);
        MostSleep = _memory is null && Array.Exists(_plan.Bindings, b => b.HoldsPermits) ? HearsayPause : TimeSpan.MaxValue;
        MostCost = _plan.Bindings.Where(b => !b.IsShadow).Select(b => b.Permits).DefaultIfEmpty(long.MaxValue).Min();
        _local = new Lazy<MemoryStore>(() => new MemoryStore(clock));
        Clock = clock;
    }

    public TimeProvider Clock { get; }

    /// <summary>
    /// The longest that whoever is first in line sleeps before he asks again. Permits that another process holds come back when it gives them
    /// back, of which nobody here hears.
    /// </summary>
    public TimeSpan MostSleep { get; }

    public Limit Limit => _limit;

    public string? Name => _name;

    /// <summary>The largest cost that can ever be admitted.</summary>
    public long MostCost { get; }

    /// <summary>Cancelled when the store is disposed, so that nobody waits for one that is gone.</summary>
    public CancellationToken StoreDisposed => _memory?.Disposed ?? CancellationToken.None;

    public Decision Acquire(string key, long cost)
    {
        if (_memory is not { } memory) throw NotInMemory();
        if (Telemetry.Listens) return AcquireMetered(memory, key, cost);
        return memory.Acquire(_plan, key, cost);
    }

    public ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct)
    {
        if (_memory is null)
        {
            return _bound is not null && !Telemetry.Listens
                ? _bound.AcquireAsync(key, cost, ct)
                : DecideRemotely(key, cost, LeaseId.None, ct);
        }

        return ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(Acquire(key, cost));
    }

    public ValueTask<Decision> EnterAsync(string key, long cost, LeaseId lease, CancellationToken ct) => DecideRemotely(key, cost, lease, ct);

    public ValueTask<Decision> PeekAsync(string key, long cost, CancellationToken ct)
    {
        if (_memory is null) return PeekRemotely(key, cost, ct);
        return ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(_memory.Peek(_plan, key, cost));
    }

    public ValueTask ResetAsync(string key, CancellationToken ct) => _store.ResetAsync(Charge(key, 0), ct);

    public ValueTask RefundAsync(string key, Decision decision, long cost, CancellationToken ct) => decision.Source switch
    {
        _ when _meetsFailures => _store.RefundAsync(Charges(key, cost), decision, ct),
        DecisionSource.FailLocal => _local.Value.RefundAsync(Charges(key, cost), decision, ct),
        DecisionSource.Store => _store.RefundAsync(Charges(key, cost), decision, ct),
        _ => default,
    };

    public ValueTask<bool> RenewAsync(string key, LeaseId lease, DecisionSource source, CancellationToken ct) => source switch
    {
        DecisionSource.FailLocal when _meetsFailures => _store.RenewAsync(Charges(key, 1), lease, ct),
        DecisionSource.FailLocal => _local.Value.RenewAsync(Charges(key, 1), lease, ct),
        DecisionSource.Store => _store.RenewAsync(Charges(key, 1), lease, ct),
        _ => new(true),
    };

    public ValueTask<bool> ReleaseAsync(string key, LeaseId lease, DecisionSource source) => source switch
    {
        DecisionSource.FailLocal when _meetsFailures => _store.ReleaseAsync(Charges(key, 1), lease, CancellationToken.None),
        DecisionSource.FailLocal => _local.Value.ReleaseAsync(Charges(key, 1), lease, CancellationToken.None),
        DecisionSource.Store => _store.ReleaseAsync(Charges(key, 1), lease, CancellationToken.None),
        _ => new(true),
    };

    /// <summary>How long the last of some callers in a row waits; zero when the store cannot tell, so that nobody is turned away for it.</summary>
    public async ValueTask<TimeSpan> ForecastAsync(string key, ReadOnlyMemory<long> costs, CancellationToken ct)
    {
        try
        {
            return await _store.ForecastAsync(Charges(key, 0), costs, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return TimeSpan.Zero;
        }
    }

    private async ValueTask<Decision> DecideRemotely(string key, long cost, LeaseId lease, CancellationToken ct)
    {
        bool listens = Telemetry.Listens;
        long start = listens ? Clock.GetTimestamp() : 0;
        Decision decision;
        try
        {
            decision = lease == LeaseId.None
                ? await _store.AcquireAsync(Charge(key, cost), ct).ConfigureAwait(false)
                : await _store.EnterAsync(Charges(key, cost), lease, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            decision = await StoreFailure.DecideAsync(_failureMode, _local, Charges(key, cost), peek: false, lease).ConfigureAwait(false);
        }

        if (listens) Telemetry.Record(_name, decision, Clock.GetElapsedTime(start));
        return decision;
    }

    private async ValueTask<Decision> PeekRemotely(string key, long cost, CancellationToken ct)
    {
        try
        {
            return await _store.PeekAsync(Charges(key, cost), ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return await StoreFailure.DecideAsync(_failureMode, _local, Charges(key, cost), peek: true, LeaseId.None).ConfigureAwait(false);
        }
    }

    private Decision AcquireMetered(MemoryStore memory, string key, long cost)
    {
        long start = Clock.GetTimestamp();
        Decision decision = memory.Acquire(_plan, key, cost);
        Telemetry.Record(_name, decision, Clock.GetElapsedTime(start));
        return decision;
    }

    private NotSupportedException NotInMemory() => new(
        $"Acquire needs a MemoryStore, and the store is {_store.GetType().Name}: blocking on a store over the network would tie up a thread. Use AcquireAsync.");

    private Charge Charge(string key, long cost) => new(key, _limit, cost) { Namespace = _name };

    private Charge[] Charges(string key, long cost) => [Charge(key, cost)];
}
