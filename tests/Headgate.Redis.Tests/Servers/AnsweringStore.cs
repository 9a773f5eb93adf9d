namespace Headgate.Redis.Tests.Servers;

/// <summary>A store whose decisions are Redis's: what a failure mode answers in its place fails the test with the reason.</summary>
internal sealed class AnsweringStore(RedisStore store, LastWord log) : IRateLimitStore, IAsyncDisposable
{
    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => Check(store.AcquireAsync(charge, ct));

    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => Check(store.AcquireAsync(charges, ct));

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => Check(store.PeekAsync(charges, ct));

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        Check(store.EnterAsync(charges, lease, ct));

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => store.ResetAsync(charge, ct);

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) =>
        store.RefundAsync(charges, decision, ct);

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        store.RenewAsync(charges, lease, ct);

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        store.ReleaseAsync(charges, lease, ct);

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        store.ForecastAsync(charges, costs, ct);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async ValueTask<Decision> Check(ValueTask<Decision> call)
    {
        Decision decision = await call;
        if (decision.Source is DecisionSource.Store or DecisionSource.DenyCache) return decision;
        throw new InvalidOperationException($"Redis did not answer, {decision.Source} did; the store logged last: {log}");
    }
}
