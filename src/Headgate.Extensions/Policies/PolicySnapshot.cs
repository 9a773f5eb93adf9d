using System.Collections.Frozen;

namespace Headgate.Extensions.Policies;

/// <summary>Everything in force at one moment. Immutable; replaced whole.</summary>
internal sealed class PolicySnapshot
{
    public PolicySnapshot(long version, IEnumerable<ActivePolicy> policies, IReadOnlyList<RateLimitRoute> routes, ForwardedOptions forwarded, ApiKeys apiKeys)
    {
        Version = version;
        Policies = policies.ToFrozenDictionary(policy => policy.Name, StringComparer.Ordinal);
        Routes = routes;
        Forwarded = forwarded;
        ApiKeys = apiKeys;
    }

    public long Version { get; }

    public FrozenDictionary<string, ActivePolicy> Policies { get; }

    public IReadOnlyList<RateLimitRoute> Routes { get; }

    public ForwardedOptions Forwarded { get; }

    public ApiKeys ApiKeys { get; }

    /// <summary>What a front has worked out about these policies once. Whoever is last decides.</summary>
    public object? Front { get; set; }
}
