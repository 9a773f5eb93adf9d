using Headgate.Memory;
using Headgate.Waiting;

namespace Headgate;

/// <summary>A limiter's way to its store: knows the limit and the namespace, meters every decision, and meets an unavailable store with the failure mode.</summary>
internal sealed class StorePort : IChargePort
{
    /// <summary>How often permits are asked for that others hold: other processes, or other limiters and policies on the same store.</summary>
    private static readonly TimeSpan HearsayPause = TimeSpan.FromMilliseconds(100);

    private readonly StoreFailover _store;
    private readonly MemoryStore? _memory;
    private readonly LimitPlan _plan;
    private readonly Limit _limit;
    private readonly string? _name;

    /// <summary>The way to a store that meets its failures itself.</summary>
    private readonly IBoundLimit? _bound;

    public StorePort(Limit limit, IRateLimitStore store, string? name, FailureMode? failureMode, LocalStore local, TimeProvider clock)
    {
        _limit = limit;
        _store = new StoreFailover(store, failureMode, local);
        _bound = (_store.Store as IFailureModeStore)?.Bind(name, limit);
        _memory = store as MemoryStore;
        _name = name;
        _plan = _memory is null ? LimitPlan.Create(name, limit) : _memory.PlanOf(name, limit);
        MostSleep = Array.Exists(_plan.Bindings, b => b.HoldsPermits) ? HearsayPause : TimeSpan.MaxValue;
        MostCost = _plan.Bindings.Where(b => !b.IsShadow).Select(b => b.Permits).DefaultIfEmpty(long.MaxValue).Min();
        Clock = clock;
    }

    public TimeProvider Clock { get; }

    public bool IsInMemory => _memory is not null;

    public TimeSpan MostSleep { get; }

    public Limit Limit => _limit;

    public string? Name => _name;

    public long MostCost { get; }

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
        if (_memory is null) return _store.PeekAsync(Charges(key, cost), ct);
        return ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(_memory.Peek(_plan, key, cost));
    }

    public ValueTask ResetAsync(string key, CancellationToken ct) => _store.Store.ResetAsync(Charge(key, 0), ct);

    public ValueTask RefundAsync(string key, Decision decision, long cost, CancellationToken ct) => _store.RefundAsync(Charges(key, cost), decision, ct);

    public ValueTask<bool> RenewAsync(string key, LeaseId lease, DecisionSource source, CancellationToken ct) => _store.RenewAsync(Charges(key, 1), lease, source, ct);

    public ValueTask<bool> ReleaseAsync(string key, LeaseId lease, DecisionSource source) => _store.ReleaseAsync(Charges(key, 1), lease, source);

    public ValueTask<TimeSpan> ForecastAsync(string key, ReadOnlyMemory<long> costs, CancellationToken ct) => _store.ForecastAsync(Charges(key, 0), costs, ct);

    private async ValueTask<Decision> DecideRemotely(string key, long cost, LeaseId lease, CancellationToken ct)
    {
        bool listens = Telemetry.Listens;
        long start = listens ? Clock.GetTimestamp() : 0;
        Decision decision = lease == LeaseId.None
            ? await _store.AcquireAsync(Charge(key, cost), ct).ConfigureAwait(false)
            : await _store.EnterAsync(Charges(key, cost), lease, ct).ConfigureAwait(false);
        if (listens) Telemetry.Record(_name, decision, Clock.GetElapsedTime(start));
        return decision;
    }

    private Decision AcquireMetered(MemoryStore memory, string key, long cost)
    {
        long start = Clock.GetTimestamp();
        Decision decision = memory.Acquire(_plan, key, cost);
        Telemetry.Record(_name, decision, Clock.GetElapsedTime(start));
        return decision;
    }

    private NotSupportedException NotInMemory() => new(
        $"Acquire needs a MemoryStore, and the store is {_store.Store.GetType().Name}: blocking on a store over the network would tie up a thread. Use AcquireAsync.");

    private Charge Charge(string key, long cost) => new(key, _limit, cost) { Namespace = _name };

    private Charge[] Charges(string key, long cost) => [Charge(key, cost)];
}
