using System.Collections.Frozen;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions;

/// <summary>A named policy: which limits, for whom, at what cost, and what it leaves out. Immutable, validated when built.</summary>
/// <remarks>
/// The name owns the state. Unnamed limits of a policy are identified by kind and position, so that their numbers can change while the
/// application runs and what was consumed stays consumed; a limit of another kind starts anew.
/// </remarks>
public sealed record RateLimitPolicy
{
    /// <summary>The most characters of a policy's name: 100.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The most overrides of a policy: 100,000.</summary>
    public const int MaxOverrides = 100_000;

    private readonly FrozenDictionary<string, Limit> _overrides = FrozenDictionary<string, Limit>.Empty;
    private readonly TimeSpan _maxWait;
    private readonly int _queueLimit = 1_000;

    /// <summary>A policy with the default key and a cost of one permit.</summary>
    /// <param name="name">1 to 100 printable ASCII characters other than the double quote and the backslash.</param>
    /// <param name="limit">What is enforced; <see cref="Headgate.Limit.AllOf"/> for several, charged as one.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or has a character that is not allowed.</exception>
    public RateLimitPolicy(string name, Limit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        Name = PolicyName.Check(name);
        Limit = PolicyLimits.Identify(name, limit);
    }

    /// <summary>The name: of the policy in configuration and on endpoints, of its keys in the store, and in headers and metrics.</summary>
    public string Name { get; }

    /// <summary>What is enforced, with the names that identify its parts.</summary>
    public Limit Limit { get; }

    /// <summary>How callers are told apart; API key, else user, else IP address by default.</summary>
    public KeySelector Key { get; init; } = KeySelector.Default;

    /// <summary>What a request costs; one permit by default. An endpoint may say otherwise.</summary>
    public RequestCost Cost { get; init; } = RequestCost.One;

    /// <summary>What to do when the store cannot answer; null (the default) leaves it to the store.</summary>
    public FailureMode? OnStoreFailure { get; init; }

    /// <summary>True: computed and reported, never enforced.</summary>
    public bool Shadow { get; init; }

    /// <summary>
    /// How long a request may wait for its permits, and an admitted one for its turn in a leaky bucket: zero (the default) refuses at once
    /// and delays nothing; at most one hour.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative or above one hour.</exception>
    public TimeSpan MaxWait
    {
        get => _maxWait;
        init => _maxWait = value >= TimeSpan.Zero && value <= TimeSpan.FromHours(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxWait), value, $"MaxWait is {value:c}; it must be between zero and one hour. Use zero to refuse at once.");
    }

    /// <summary>The most requests that may wait at once, over all callers: 0 to 10^6; 1,000 by default. One more is refused at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside its domain.</exception>
    public int QueueLimit
    {
        get => _queueLimit;
        init => _queueLimit = value is >= 0 and <= LimiterOptions.MostMaxWaiters
            ? value
            : throw new ArgumentOutOfRangeException(nameof(QueueLimit), value, $"QueueLimit is {value}; it must be between 0 and {LimiterOptions.MostMaxWaiters}. Use MaxWait = zero to let nobody wait.");
    }

    /// <summary>
    /// Limits of single callers in place of <see cref="Limit"/>, by the value that identifies them (<c>vip-42</c>) or, to be sure that it is
    /// no other source's, with its source (<c>api_key:vip-42</c>), which goes first.
    /// </summary>
    /// <exception cref="ArgumentException">There are more than 100,000, or one is null.</exception>
    public IReadOnlyDictionary<string, Limit> Overrides
    {
        get => _overrides;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Count > MaxOverrides)
                throw new ArgumentException($"the policy '{Name}' has {value.Count} overrides; it must be at most {MaxOverrides}. Use a policy of their own for groups of callers.", nameof(value));
            _overrides = value.ToFrozenDictionary(pair => pair.Key, pair => PolicyLimits.Identify(Name, pair.Value), StringComparer.Ordinal);
        }
    }

    /// <summary>What the policy does not apply to; nothing by default.</summary>
    public PolicyExemptions Exempt { get; init; } = PolicyExemptions.None;

    /// <summary>The same policy with one override more, or another one.</summary>
    /// <param name="key">Whose limit: a value, or a source and a value.</param>
    /// <param name="limit">The limit.</param>
    public RateLimitPolicy WithOverride(string key, Limit limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(limit);
        return this with { Overrides = new Dictionary<string, Limit>(_overrides, StringComparer.Ordinal) { [key] = limit } };
    }

    /// <summary>The same policy without an override.</summary>
    public RateLimitPolicy WithoutOverride(string key)
    {
        Dictionary<string, Limit> left = new(_overrides, StringComparer.Ordinal);
        left.Remove(key);
        return this with { Overrides = left };
    }

    /// <summary>The same policy with another limit; what was consumed of limits of the same kind and place stays consumed.</summary>
    public RateLimitPolicy WithLimit(Limit limit) => new(Name, limit)
    {
        Key = Key,
        Cost = Cost,
        OnStoreFailure = OnStoreFailure,
        Shadow = Shadow,
        MaxWait = MaxWait,
        QueueLimit = QueueLimit,
        Overrides = _overrides,
        Exempt = Exempt,
    };

    /// <summary>Equal when everything is.</summary>
    public bool Equals(RateLimitPolicy? other) =>
        other is not null && Name == other.Name && Limit.Equals(other.Limit) && Key.Equals(other.Key) && Cost.Equals(other.Cost)
        && OnStoreFailure == other.OnStoreFailure && Shadow == other.Shadow && MaxWait == other.MaxWait && QueueLimit == other.QueueLimit
        && Exempt.Equals(other.Exempt) && HasOverridesOf(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Limit);

    private bool HasOverridesOf(RateLimitPolicy other) =>
        _overrides.Count == other._overrides.Count
        && _overrides.All(pair => other._overrides.TryGetValue(pair.Key, out Limit? limit) && pair.Value.Equals(limit));
}
