namespace Headgate.AspNetCore.Tests;

/// <summary>A store that asks another; a test changes what it is there to change.</summary>
internal class StoreBetween(IRateLimitStore store) : IRateLimitStore
{
    public virtual ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => store.AcquireAsync(charges, ct);

    public virtual ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => store.PeekAsync(charges, ct);

    public virtual ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => store.ResetAsync(charge, ct);

    public virtual ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.EnterAsync(charges, lease, ct);

    public virtual ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.RenewAsync(charges, lease, ct);

    public virtual ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.ReleaseAsync(charges, lease, ct);

    public virtual ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => store.RefundAsync(charges, decision, ct);

    public virtual ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        store.ForecastAsync(charges, costs, ct);
}
