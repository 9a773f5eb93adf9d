using Headgate.Waiting;

namespace Headgate.Extensions.Policies;

/// <summary>Policies that are asked together: one decision, one wait, one lease. Immutable but for who waits; made once for each combination.</summary>
internal sealed class PolicyGroup
{
    private readonly ActivePolicy[] _policies;
    private readonly JointPort _port;
    private readonly WaitLine _line;

    public PolicyGroup(ActivePolicy[] policies, IRateLimitStore store, LocalStore local)
    {
        _policies = policies;
        RateLimitPolicy[] waiting = [.. policies.Select(policy => policy.Definition).Where(policy => policy.MaxWait > TimeSpan.Zero)];
        // No longer, and no more of them, than any policy that lets its callers wait allows.
        MaxWait = waiting.Length == 0 ? TimeSpan.Zero : waiting.Min(policy => policy.MaxWait);
        _port = new JointPort(policies, store, local, MaxWait);
        _line = new WaitLine(_port, waiting.Length == 0 ? 0 : waiting.Min(policy => policy.QueueLimit));
        HoldsPermits = Array.Exists(policies, policy => policy.HoldsPermits);
    }

    public ReadOnlySpan<ActivePolicy> Policies => _policies;

    public TimeSpan MaxWait { get; }

    public bool HoldsPermits { get; }

    /// <summary>One decision over all, without a wait.</summary>
    /// <param name="charges">A charge for each policy, in their order.</param>
    /// <param name="ct">Cancels the wait for the store's answer.</param>
    public ValueTask<Decision> AcquireAsync(PolicyCharge[] charges, CancellationToken ct) =>
        charges is [var only]
            ? _policies[0].LimitOf(only.Key).Limiter.AcquireAsync(only.Key, only.Cost, ct)
            : _port.AcquireAsync(_port.ChargesOf(charges), ct);

    public ValueTask<Decision> PeekAsync(PolicyCharge[] charges, CancellationToken ct) =>
        charges is [var only]
            ? _policies[0].LimitOf(only.Key).Limiter.PeekAsync(only.Key, only.Cost, ct)
            : _port.PeekAsync(_port.ChargesOf(charges), ct);

    /// <summary>Waits as long as the policies let their callers wait, and the delay of a leaky bucket too.</summary>
    public async ValueTask<Decision> WaitAsync(PolicyCharge[] charges, CancellationToken ct)
    {
        if (charges is [var only]) return await _policies[0].LimitOf(only.Key).Limiter.WaitAsync(only.Key, only.Cost, MaxWait, ct).ConfigureAwait(false);
        Decision decision = await _line.WaitAsync(JointPort.KeyOf(charges), 1, MaxWait, ct).ConfigureAwait(false);
        return await SeenByAllAsync(decision, charges, ct).ConfigureAwait(false);
    }

    /// <summary>Takes permits and holds those of concurrency limits until the lease is disposed. Waits as <see cref="WaitAsync"/> does.</summary>
    public async ValueTask<ConcurrencyLease> EnterAsync(PolicyCharge[] charges, CancellationToken ct)
    {
        if (charges is [{ Cost: > 0 } only] && _policies[0].LimitOf(only.Key) is { LeaseTime: not null } limit)
            return await limit.Limiter.EnterAsync(only.Key, only.Cost, MaxWait, ct).ConfigureAwait(false);
        string key = JointPort.KeyOf(charges);
        TimeSpan leaseTime = LeaseTimeOf(charges);
        LeaseId id = LeaseId.Create();
        if (MaxWait > TimeSpan.Zero)
        {
            ConcurrencyLease lease = await _line.EnterAsync(key, 1, MaxWait, leaseTime, ct).ConfigureAwait(false);
            if (lease.IsAcquired) return lease;
            Decision seen = await SeenByAllAsync(lease.Decision, charges, ct).ConfigureAwait(false);
            return new ConcurrencyLease(_port, _line, key, id, seen, leaseTime);
        }

        Decision decision = await _port.EnterAsync(key, 1, id, ct).ConfigureAwait(false);
        return new ConcurrencyLease(_port, _line, key, id, decision, leaseTime);
    }

    /// <summary>Gives back of each policy what a charge says.</summary>
    public async ValueTask RefundAsync(PolicyCharge[] charges, Decision decision, CancellationToken ct)
    {
        await _port.RefundAsync(_port.ChargesOf(charges), decision, ct).ConfigureAwait(false);
        for (int i = 0; i < charges.Length; i++) _policies[i].LimitOf(charges[i].Key).Limiter.Wake(charges[i].Key);
    }

    /// <summary>A refusal of the line is not the store's: it is told again as all policies see it.</summary>
    private async ValueTask<Decision> SeenByAllAsync(Decision decision, PolicyCharge[] charges, CancellationToken ct)
    {
        if (decision.IsAllowed || decision.RetryAfter != Timeout.InfiniteTimeSpan) return decision;
        Decision seen = await PeekAsync(charges, ct).ConfigureAwait(false);
        return seen.IsAllowed ? seen with { IsAllowed = false, Delay = TimeSpan.Zero, RetryAfter = TimeSpan.FromMilliseconds(1) } : seen;
    }

    private TimeSpan LeaseTimeOf(PolicyCharge[] charges)
    {
        TimeSpan? shortest = null;
        for (int i = 0; i < charges.Length; i++)
        {
            TimeSpan? own = _policies[i].LimitOf(charges[i].Key).LeaseTime;
            if (shortest is null || own < shortest) shortest = own;
        }

        return shortest ?? ConcurrencyLimit.DefaultLeaseTime;
    }
}
