using Headgate.Redis.Calls;
using Headgate.Redis.Limits;

namespace Headgate.Redis;

/// <summary>A Redis store with another failure mode.</summary>
internal sealed class RedisStoreView(RedisEngine engine, FailureMode mode) : IFailureModeStore
{
    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => engine.AcquireAsync(charge, mode, ct);

    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        engine.DecideAsync(charges, CallMode.Acquire, LeaseId.None, mode, ct);

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        engine.DecideAsync(charges, CallMode.Peek, LeaseId.None, mode, ct);

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        engine.DecideAsync(charges, lease == LeaseId.None ? CallMode.Acquire : CallMode.Enter, lease, mode, ct);

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => engine.ResetAsync(charge, ct);

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) =>
        engine.RefundAsync(charges, decision, ct);

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        engine.RenewAsync(charges, lease, ct);

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        engine.ReleaseAsync(charges, lease, ct);

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        engine.ForecastAsync(charges, costs, ct);

    public IBoundLimit Bind(string? ns, Limit limit) => new BoundLimit(engine, engine.PlanOf(ns, limit), mode);

    public FailureMode Mode => mode;

    public IRateLimitStore With(FailureMode other) => new RedisStoreView(engine, other);
}

/// <summary>One limit on a Redis store, taken apart once.</summary>
internal sealed class BoundLimit(RedisEngine engine, RedisPlan plan, FailureMode mode) : IBoundLimit
{
    public ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct) => engine.AcquireAsync(plan, key, cost, mode, ct);
}
