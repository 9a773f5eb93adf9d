using System.Collections.Concurrent;

namespace Headgate.Extensions.Policies;

/// <summary>The policies in force, and the one way to change them: build what would be, check it, swap it in.</summary>
internal sealed class RateLimitPolicies : IRateLimitPolicies, IDisposable
{
    /// <summary>Labels of metrics are names of policies, and they are bounded.</summary>
    public const int MaxPolicies = 10_000;

    private const int MaxGroups = 10_000;

    private readonly IRateLimitStore _store;
    private readonly TimeProvider? _clock;
    private readonly LocalStore _local;
    private readonly ConcurrentDictionary<string, PolicyGroup> _groups = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly List<Action<PolicySnapshot>> _checks = [];
    private PolicyLayers _layers;
    private PolicySnapshot _current;
    private object? _front;

    public RateLimitPolicies(IRateLimitStore store, TimeProvider? clock, PolicyLayers layers)
    {
        _store = store;
        _clock = clock;
        _local = new LocalStore(clock ?? TimeProvider.System);
        _layers = layers;
        _current = Build(layers, null);
    }

    /// <summary>What is in force now. Readers keep it for one request.</summary>
    public PolicySnapshot Current => Volatile.Read(ref _current);

    public IRateLimitStore Store => _store;

    /// <summary>What a front keeps for as long as the application lives; made once, and disposed with these policies.</summary>
    public T FrontOf<T>(Func<T> make)
        where T : class
    {
        lock (_gate) return (T)(_front ??= make());
    }

    public void Dispose() => (_front as IDisposable)?.Dispose();

    public long Version => Current.Version;

    public IReadOnlyCollection<RateLimitPolicy> Policies => [.. Current.Policies.Values.Select(policy => policy.Definition)];

    public RateLimitPolicy? Find(string name) => Current.Policies.GetValueOrDefault(name)?.Definition;

    public void Set(RateLimitPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Change(layers => layers.WithChanged(policy.Name, policy));
    }

    public bool Remove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool found = false;
        Change(layers => (found = layers.Policies().ContainsKey(name)) ? layers.WithChanged(name, null) : layers);
        return found;
    }

    public void SetOverride(string policy, string key, Limit limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(limit);
        Change(layers => layers.Policies().ContainsKey(policy) ? layers.WithOverride(policy, key, limit) : throw Unknown(policy));
    }

    public bool RemoveOverride(string policy, string key)
    {
        bool found = false;
        Change(layers =>
        {
            if (!layers.Policies().TryGetValue(policy, out RateLimitPolicy? known)) throw Unknown(policy);
            return (found = known.Overrides.ContainsKey(key)) ? layers.WithOverride(policy, key, null) : layers;
        });
        return found;
    }

    public ValueTask<Decision> AcquireAsync(string policy, string key, long cost = 1, CancellationToken ct = default) =>
        LimiterOf(policy, key).AcquireAsync(key, cost, ct);

    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<PolicyCharge> charges, CancellationToken ct = default)
    {
        PolicyCharge[] all = charges.ToArray();
        if (all.Length is 0 or > 32) throw new PolicyException($"there are {all.Length} charges; there must be 1 to 32. Ask for fewer policies at once.");
        PolicySnapshot current = Current;
        ActivePolicy[] policies = Array.ConvertAll(all, charge => PolicyOf(current, charge.Policy));
        if (policies.Distinct().Count() < policies.Length) throw new PolicyException("a policy is named twice in one decision. Add up the costs instead.");
        foreach (PolicyCharge charge in all) ArgumentOutOfRangeException.ThrowIfNegative(charge.Cost, nameof(charges));
        return GroupOf(policies).AcquireAsync(all, ct);
    }

    public ValueTask<Decision> PeekAsync(string policy, string key, long cost = 1, CancellationToken ct = default) =>
        LimiterOf(policy, key).PeekAsync(key, cost, ct);

    public ValueTask ResetAsync(string policy, string key, CancellationToken ct = default) => LimiterOf(policy, key).ResetAsync(key, ct);

    /// <summary>Takes over what a source of configuration says now.</summary>
    /// <exception cref="PolicyException">It cannot be; what was in force stays.</exception>
    public void Configure(string source, PolicySettings settings) => Configure([(source, settings)]);

    /// <summary>Takes over what several sources of configuration say now, all or none.</summary>
    /// <exception cref="PolicyException">It cannot be; what was in force stays.</exception>
    public void Configure(IReadOnlyList<(string Source, PolicySettings Settings)> changes) =>
        Change(layers => changes.Aggregate(layers, (all, change) => all.WithConfiguration(change.Source, change.Settings)));

    /// <summary>From now on a front has a say in what can be: now and before each change.</summary>
    /// <param name="check">Throws <see cref="PolicyException"/> at what cannot be.</param>
    public void Check(Action<PolicySnapshot> check)
    {
        lock (_gate)
        {
            check(_current);
            _checks.Add(check);
        }
    }

    /// <summary>From now on these policies must be there; the value says who needs them.</summary>
    /// <exception cref="PolicyException">One is not there.</exception>
    public void Require(IReadOnlyDictionary<string, string> required) =>
        Change(layers => layers.WithRequired(new Dictionary<string, string>(layers.Required.Concat(required).DistinctBy(pair => pair.Key), StringComparer.Ordinal)));

    /// <summary>The group of policies in this order: the same one while none of them changes, so that all who wait for it stand in one line.</summary>
    public PolicyGroup GroupOf(ActivePolicy[] policies)
    {
        string names = PartitionKey.Join(Array.ConvertAll(policies, policy => policy.Name));
        if (_groups.TryGetValue(names, out PolicyGroup? known) && known.Policies.SequenceEqual(policies)) return known;
        PolicyGroup made = new(policies, _store, _local);
        // Any code may ask for any combination, so that they are bounded; what is not kept has a line of its own.
        if (_groups.Count < MaxGroups && IsInForce(made, Current)) _groups[names] = made;
        return made;
    }

    private static bool IsInForce(PolicyGroup group, PolicySnapshot snapshot)
    {
        foreach (ActivePolicy policy in group.Policies)
        {
            if (!ReferenceEquals(snapshot.Policies.GetValueOrDefault(policy.Name), policy)) return false;
        }

        return true;
    }

    private Limiter LimiterOf(string policy, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return PolicyOf(Current, policy).LimitOf(key).Limiter;
    }

    private static ActivePolicy PolicyOf(PolicySnapshot current, string policy) =>
        current.Policies.GetValueOrDefault(policy) ?? throw Unknown(policy, current.Policies.Keys);

    private void Change(Func<PolicyLayers, PolicyLayers> change)
    {
        lock (_gate)
        {
            PolicyLayers layers = change(_layers);
            if (ReferenceEquals(layers, _layers)) return;
            PolicySnapshot next = Build(layers, _current);
            foreach (Action<PolicySnapshot> check in _checks) check(next);
            _layers = layers;
            // Readers see the whole of the new snapshot or the whole of the old one.
            Volatile.Write(ref _current, next);
            foreach ((string names, PolicyGroup group) in _groups)
            {
                if (!IsInForce(group, next)) _groups.TryRemove(names, out _);
            }
        }
    }

    private PolicySnapshot Build(PolicyLayers layers, PolicySnapshot? former)
    {
        Dictionary<string, RateLimitPolicy> policies = layers.Policies();
        if (policies.Count > MaxPolicies)
            throw new PolicyException($"there are {policies.Count} policies; there may be at most {MaxPolicies}. Use overrides of a policy for single callers.");
        foreach ((string name, string user) in layers.Required)
        {
            if (!policies.ContainsKey(name)) throw Missing(name, policies.Keys, user, former);
        }

        IReadOnlyList<RateLimitRoute> routes = layers.Routes();
        foreach (RateLimitRoute route in routes)
        {
            foreach (string name in route.Policies)
            {
                if (!policies.ContainsKey(name)) throw Missing(name, policies.Keys, $"the route {route.Path}", former);
            }
        }

        return new PolicySnapshot((former?.Version ?? 0) + 1, policies.Values.Select(policy => Activate(policy, former)), routes, layers.Forwarded(), layers.ApiKeys());
    }

    private ActivePolicy Activate(RateLimitPolicy policy, PolicySnapshot? former)
    {
        ActivePolicy? before = former?.Policies.GetValueOrDefault(policy.Name);
        return before is not null && before.Definition.Equals(policy) ? before : new ActivePolicy(policy, _store, _local, _clock, before);
    }

    /// <summary>A policy that was there is one that this change would take away; else whoever uses it has the name wrong.</summary>
    private static PolicyException Missing(string policy, IEnumerable<string> known, string user, PolicySnapshot? former) =>
        former is not null && former.Policies.ContainsKey(policy)
            ? new PolicyException($"the policy '{policy}' cannot be removed: {user} uses it. Stop using it there first, or keep the policy.")
            : Unknown(policy, known, user);

    private PolicyException Unknown(string policy) => Unknown(policy, Current.Policies.Keys);

    private static PolicyException Unknown(string policy, IEnumerable<string> known, string? user = null)
    {
        string[] names = [.. known.Order(StringComparer.Ordinal)];
        string list = names.Length == 0 ? "there are none" : $"known are {string.Join(", ", names.Take(50))}{(names.Length > 50 ? $" and {names.Length - 50} more" : "")}";
        return new PolicyException($"{(user is null ? "" : $"{user} asks for ")}the policy '{policy}'{(user is null ? " is not known" : ", which is not known")}; {list}. Add it with AddPolicy or in the configuration.");
    }
}
