namespace Headgate.Extensions.Policies;

/// <summary>
/// Who said what: code first, the configuration above it, and above both what was changed while running. Immutable; a null stands for
/// "taken away".
/// </summary>
internal sealed record PolicyLayers
{
    private static readonly Dictionary<(string Policy, string Key), Limit?> NoOverrides = [];

    public PolicySettings Code { get; init; } = new();

    /// <summary>By source: a file or a section. A later one goes above an earlier one.</summary>
    public IReadOnlyList<(string Source, PolicySettings Settings)> Configuration { get; init; } = [];

    public IReadOnlyDictionary<string, RateLimitPolicy?> Changed { get; init; } = new Dictionary<string, RateLimitPolicy?>(StringComparer.Ordinal);

    public IReadOnlyDictionary<(string Policy, string Key), Limit?> Overrides { get; init; } = new Dictionary<(string, string), Limit?>();

    /// <summary>Policies that endpoints name, and which therefore must be there.</summary>
    public IReadOnlyDictionary<string, string> Required { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public PolicyLayers WithConfiguration(string source, PolicySettings settings)
    {
        List<(string Source, PolicySettings Settings)> all = [.. Configuration];
        int at = all.FindIndex(one => one.Source == source);
        if (at < 0) all.Add((source, settings));
        else all[at] = (source, settings);
        return this with { Configuration = all };
    }

    public PolicyLayers WithChanged(string name, RateLimitPolicy? policy)
    {
        Dictionary<string, RateLimitPolicy?> changed = new(Changed, StringComparer.Ordinal) { [name] = policy };
        PolicyLayers next = this with { Changed = changed };
        // They go with what they were said of: another policy of that name has callers of its own.
        if (policy is null) next = next with { Overrides = Overrides.Where(pair => pair.Key.Policy != name).ToDictionary() };
        // What nothing below says need not be taken away: else names that come and go would be remembered for ever.
        if (policy is null && !Below().Policies().ContainsKey(name)) changed.Remove(name);
        return next;
    }

    public PolicyLayers WithOverride(string policy, string key, Limit? limit)
    {
        Dictionary<(string, string), Limit?> overrides = new(Overrides) { [(policy, key)] = limit };
        PolicyLayers next = this with { Overrides = overrides };
        bool isBelow = (this with { Overrides = NoOverrides }).Policies().GetValueOrDefault(policy)?.Overrides.ContainsKey(key) ?? false;
        if (limit is null && !isBelow) overrides.Remove((policy, key));
        return next;
    }

    public PolicyLayers WithRequired(IReadOnlyDictionary<string, string> required) => this with { Required = required };

    /// <summary>The policies that come of it.</summary>
    public Dictionary<string, RateLimitPolicy> Policies()
    {
        Dictionary<string, RateLimitPolicy> all = new(StringComparer.Ordinal);
        foreach (RateLimitPolicy policy in Code.Policies) all[policy.Name] = policy;
        foreach ((_, PolicySettings settings) in Configuration)
        {
            foreach (RateLimitPolicy policy in settings.Policies) all[policy.Name] = policy;
        }

        foreach ((string name, RateLimitPolicy? policy) in Changed)
        {
            if (policy is null) all.Remove(name);
            else all[name] = policy;
        }

        foreach (IGrouping<string, KeyValuePair<(string Policy, string Key), Limit?>> own in Overrides.GroupBy(pair => pair.Key.Policy, StringComparer.Ordinal))
        {
            if (all.TryGetValue(own.Key, out RateLimitPolicy? policy)) all[own.Key] = With(policy, own);
        }

        return all;
    }

    public IReadOnlyList<RateLimitRoute> Routes() => [.. Configuration.SelectMany(one => one.Settings.Routes), .. Code.Routes];

    public ForwardedOptions Forwarded() => Last(settings => settings.Forwarded) ?? ForwardedOptions.Default;

    public ApiKeys ApiKeys() => Last(settings => settings.ApiKeys) ?? Extensions.ApiKeys.None;

    private PolicyLayers Below() => this with { Changed = new Dictionary<string, RateLimitPolicy?>(StringComparer.Ordinal) };

    private T? Last<T>(Func<PolicySettings, T?> of)
        where T : class => Configuration.Select(one => of(one.Settings)).LastOrDefault(value => value is not null) ?? of(Code);

    private static RateLimitPolicy With(RateLimitPolicy policy, IEnumerable<KeyValuePair<(string Policy, string Key), Limit?>> changes)
    {
        Dictionary<string, Limit> all = new(policy.Overrides, StringComparer.Ordinal);
        foreach (((_, string key), Limit? limit) in changes)
        {
            if (limit is null) all.Remove(key);
            else all[key] = limit;
        }

        return policy with { Overrides = all };
    }
}
