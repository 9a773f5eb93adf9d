using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Extensions;

/// <summary>What <c>services.AddHeadgate()</c> gives: policies, store and configuration are named on it. Not thread-safe; for start-up.</summary>
public sealed class HeadgateBuilder
{
    private readonly List<RateLimitPolicy> _policies = [];
    private readonly List<RateLimitRoute> _routes = [];

    internal HeadgateBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>What the code said of where requests come from; null if nothing.</summary>
    internal ForwardedOptions? Forwarded { get; private set; }

    internal ApiKeys? ApiKeys { get; private set; }

    /// <summary>Adds a policy; one of the configuration with the same name goes above it.</summary>
    /// <exception cref="PolicyException">There is one of that name.</exception>
    public HeadgateBuilder AddPolicy(RateLimitPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (_policies.Exists(known => known.Name == policy.Name)) throw new PolicyException($"the policy '{policy.Name}' is added twice. Give one of them another name.");
        _policies.Add(policy);
        return this;
    }

    /// <summary>Adds a policy.</summary>
    /// <param name="name">Its name: 1 to 100 printable ASCII characters.</param>
    /// <param name="limit">What it enforces.</param>
    /// <param name="configure">The rest: <c>p => p with { Key = KeySelector.Parse("header:X-Client", "ip") }</c>.</param>
    /// <exception cref="PolicyException">There is one of that name.</exception>
    public HeadgateBuilder AddPolicy(string name, Limit limit, Func<RateLimitPolicy, RateLimitPolicy>? configure = null)
    {
        RateLimitPolicy policy = new(name, limit);
        return AddPolicy(configure is null ? policy : configure(policy));
    }

    /// <summary>Applies policies to requests by path and method, beside what endpoints say themselves.</summary>
    public HeadgateBuilder AddRoute(RateLimitRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _routes.Add(route);
        return this;
    }

    /// <summary>Says whose word counts on where a request comes from. The configuration goes above it.</summary>
    public HeadgateBuilder TrustProxies(ForwardedOptions forwarded)
    {
        ArgumentNullException.ThrowIfNull(forwarded);
        Forwarded = forwarded;
        return this;
    }

    /// <summary>Names the API keys that identify callers. The configuration goes above it.</summary>
    public HeadgateBuilder AddApiKeys(ApiKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ApiKeys = keys;
        return this;
    }

    /// <summary>What the code says.</summary>
    internal PolicySettings Settings() => new() { Policies = [.. _policies], Routes = [.. _routes], Forwarded = Forwarded, ApiKeys = ApiKeys };
}
