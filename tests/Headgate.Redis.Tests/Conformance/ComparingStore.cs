namespace Headgate.Redis.Tests.Conformance;

/// <summary>Makes every call on two stores, which must answer the same, and answers it too.</summary>
internal sealed class ComparingStore(IRateLimitStore expected, IRateLimitStore actual) : IRateLimitStore
{
    public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        Same(await expected.AcquireAsync(charges, ct), await actual.AcquireAsync(charges, ct), charges);

    public async ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        Same(await expected.PeekAsync(charges, ct), await actual.PeekAsync(charges, ct), charges);

    public async ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        Same(await expected.EnterAsync(charges, lease, ct), await actual.EnterAsync(charges, lease, ct), charges);

    public async ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        Same(await expected.RenewAsync(charges, lease, ct), await actual.RenewAsync(charges, lease, ct), charges);

    public async ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        Same(await expected.ReleaseAsync(charges, lease, ct), await actual.ReleaseAsync(charges, lease, ct), charges);

    public async ValueTask<TimeSpan> ForecastAsync(
        ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        Same(await expected.ForecastAsync(charges, costs, ct), await actual.ForecastAsync(charges, costs, ct), charges);

    public async ValueTask ResetAsync(Charge charge, CancellationToken ct = default)
    {
        await expected.ResetAsync(charge, ct);
        await actual.ResetAsync(charge, ct);
    }

    public async ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default)
    {
        await expected.RefundAsync(charges, decision, ct);
        await actual.RefundAsync(charges, decision, ct);
    }

    private static T Same<T>(T expected, T actual, ReadOnlyMemory<Charge> charges)
    {
        if (EqualityComparer<T>.Default.Equals(expected, actual)) return expected;
        string asked = string.Join(", ", charges.ToArray().Select(c => $"{c.Cost} of \"{c.Key}\" {c.Limit}"));
        throw new InvalidOperationException($"On [{asked}] memory answered{Environment.NewLine}  {expected}{Environment.NewLine}and Redis{Environment.NewLine}  {actual}");
    }
}
