using System.Collections.Frozen;

namespace Headgate.Extensions.Policies;

/// <summary>A policy at work on a store. Immutable.</summary>
internal sealed class ActivePolicy
{
    private readonly ActiveLimit _default;
    private readonly FrozenDictionary<string, ActiveLimit> _overrides;
    private readonly FrozenDictionary<string, ActiveLimit>.AlternateLookup<ReadOnlySpan<char>> _overridesByValue;

    /// <param name="policy">What it is.</param>
    /// <param name="store">Where its state lives.</param>
    /// <param name="local">Where to count while the store is away, together with the other policies.</param>
    /// <param name="clock">The clock of waits; null for the store's.</param>
    /// <param name="former">The policy of that name until now: limits that stay the same keep their limiter and whoever waits there.</param>
    public ActivePolicy(RateLimitPolicy policy, IRateLimitStore store, LocalStore local, TimeProvider? clock, ActivePolicy? former)
    {
        Definition = policy;
        bool same = former is not null && former.Definition.Shadow == policy.Shadow && former.Definition.OnStoreFailure == policy.OnStoreFailure
            && former.Definition.QueueLimit == policy.QueueLimit;
        ActiveLimit Activate(Limit limit, ActiveLimit? kept) =>
            same && kept is not null && kept.Declared.Equals(limit) ? kept : new ActiveLimit(policy, limit, store, local, clock);

        _default = Activate(policy.Limit, former?._default);
        _overrides = policy.Overrides.ToFrozenDictionary(pair => pair.Key, pair => Activate(pair.Value, former?._overrides.GetValueOrDefault(pair.Key)), StringComparer.Ordinal);
        _overridesByValue = _overrides.GetAlternateLookup<ReadOnlySpan<char>>();
        ExemptKeys = new KeySet(policy.Exempt.Keys);
    }

    public RateLimitPolicy Definition { get; }

    public string Name => Definition.Name;

    /// <summary>Callers that the policy does not apply to.</summary>
    public KeySet ExemptKeys { get; }

    /// <summary>The clock of waits: the store's, unless another was given.</summary>
    public TimeProvider Clock => _default.Limiter.Clock;

    /// <summary>True if permits may be held: of everybody's limit, or of somebody's.</summary>
    public bool HoldsPermits => _default.LeaseTime is not null || _overrides.Values.Any(limit => limit.LeaseTime is not null);

    /// <summary>The limit of a caller: that of an override for the whole key, else for the value in it, else everybody's.</summary>
    public ActiveLimit LimitOf(string key)
    {
        if (_overrides.Count == 0) return _default;
        if (_overrides.TryGetValue(key, out ActiveLimit? own)) return own;
        ReadOnlySpan<char> value = PartitionKey.ValueOf(key);
        return !value.IsEmpty && _overridesByValue.TryGetValue(value, out own) ? own : _default;
    }
}
