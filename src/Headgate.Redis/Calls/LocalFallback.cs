namespace Headgate.Redis.Calls;

/// <summary>What a failure mode answers in Redis's stead (law 15). The local limits are kept in memory from the first outage on.</summary>
internal sealed class LocalFallback(double share, TimeProvider clock) : IDisposable
{
    /// <summary>When to ask again after a denial by <see cref="FailureMode.Closed"/>.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lazy<MemoryStore> _store = new(() => new MemoryStore(clock));

    /// <summary>True if anything was ever decided locally.</summary>
    public bool IsUsed => _store.IsValueCreated;

    public MemoryStore Store => _store.Value;

    public Decision Decide(FailureMode mode, ReadOnlySpan<Charge> charges, bool peek, LeaseId lease)
    {
        switch (mode)
        {
            case FailureMode.Open:
                return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
            case FailureMode.Closed when StoreFailure.IsInShadow(charges):
                return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
            case FailureMode.Closed:
                return new Decision { Source = DecisionSource.FailClosed, RetryAfter = RetryAfter };
            default:
                Charge[] shares = Shares(charges);
                return Store.Decide(shares, peek, lease.Value) with { Source = DecisionSource.FailLocal };
        }
    }

    /// <summary>The same charges on this process's share of the limits.</summary>
    public Charge[] Shares(ReadOnlySpan<Charge> charges)
    {
        Charge[] shares = charges.ToArray();
        for (int i = 0; i < shares.Length; i++) shares[i] = shares[i] with { Limit = _limits.GetValue(shares[i].Limit, limit => LimitShare.Of(limit, share)) };
        return shares;
    }

    public void Dispose()
    {
        if (_store.IsValueCreated) _store.Value.Dispose();
    }

    private readonly System.Runtime.CompilerServices.ConditionalWeakTable<Limit, Limit> _limits = [];
}
