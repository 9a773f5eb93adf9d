namespace Headgate.Extensions.Policies;

/// <summary>A limit of a policy at work: as it is charged, and the limiter that charges it where it is the only one.</summary>
internal sealed class ActiveLimit
{
    public ActiveLimit(RateLimitPolicy policy, Limit limit, IRateLimitStore store, LocalStore local, TimeProvider? clock)
    {
        Declared = limit;
        Limit = policy.Shadow ? PolicyLimits.InShadow(limit) : limit;
        Limiter = new Limiter(Limit, store, new LimiterOptions
        {
            Name = policy.Name,
            FailureMode = policy.OnStoreFailure,
            MaxWaiters = policy.QueueLimit,
            Local = local,
            TimeProvider = clock,
        });
        foreach (LimitLeaf leaf in Limit.Leaves)
        {
            if (leaf.Limit is not ConcurrencyLimit held) continue;
            if (LeaseTime is null || held.LeaseTime < LeaseTime) LeaseTime = held.LeaseTime;
        }
    }

    /// <summary>As the policy has it.</summary>
    public Limit Declared { get; }

    /// <summary>As it is charged: in shadow if the policy is.</summary>
    public Limit Limit { get; }

    public Limiter Limiter { get; }

    /// <summary>True if the limiter answers at once, without a task.</summary>
    public bool IsInMemory => Limiter.IsInMemory;

    /// <summary>The shortest time that permits are held without a renewal; null if none are held.</summary>
    public TimeSpan? LeaseTime { get; }

    /// <summary>What a front has worked out about this limit once, its header fields for example. Whoever is first decides.</summary>
    public object? Front { get; set; }
}
