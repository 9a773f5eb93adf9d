namespace Headgate.Extensions.Tests.Policies;

/// <summary>A store that nobody reaches.</summary>
internal sealed class AwayStore : IRateLimitStore
{
    private static StoreUnavailableException Away => new("away");

    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => throw Away;

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => throw Away;

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw Away;

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => throw Away;

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => throw Away;

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw Away;

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw Away;

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) => throw Away;
}
