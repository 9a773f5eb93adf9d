using Headgate.AspNetCore.Endpoints;
using Headgate.AspNetCore.Identity;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>Makes plans: who asks for which policies, in one list, and each policy once.</summary>
internal sealed class PlanBuilder(HeadgateOptions options, RateLimitPolicies policies)
{
    private IdentityInForce? _identity;

    public RequestPlan Build(PolicySnapshot snapshot, Endpoint? endpoint, RouteMatch? match)
    {
        EndpointPolicies own = EndpointPolicies.Of(endpoint);
        // The last to name a policy says what it costs: the nearest to the endpoint.
        Dictionary<string, EndpointCost?> named = new(StringComparer.Ordinal);
        if (!own.IsDisabled)
        {
            foreach (string name in options.GlobalPolicies) named.TryAdd(name, null);
            foreach (RateLimitRoute route in match?.Routes ?? [])
            {
                foreach (string name in route.Policies) named[name] = route.Cost is { } cost ? EndpointCost.From(cost) : null;
            }
        }

        foreach (IHeadgateMetadata metadata in own.Required)
        {
            foreach (string name in metadata.Policies) named[name] = metadata.Cost ?? named.GetValueOrDefault(name);
        }

        RequestResources resources = ResourcesOf(snapshot);
        return new RequestPlan([.. named.Select(pair => Use(resources, snapshot, pair.Key, pair.Value))], resources.GroupOf);
    }

    /// <summary>What plans of one set of policies share. Made at most a few times for each set.</summary>
    public RequestResources ResourcesOf(PolicySnapshot snapshot)
    {
        if (snapshot.Front is RequestResources known) return known;
        RequestResources made = new(snapshot, options, policies, IdentityOf(snapshot));
        snapshot.Front = made;
        return made;
    }

    /// <summary>The same as before unless proxies or API keys changed: its caches are worth keeping, and its table of keys takes time to make.</summary>
    private CallerIdentity IdentityOf(PolicySnapshot snapshot)
    {
        IdentityInForce? known = Volatile.Read(ref _identity);
        if (known is not null && ReferenceEquals(known.Forwarded, snapshot.Forwarded) && ReferenceEquals(known.ApiKeys, snapshot.ApiKeys)) return known.Identity;
        known = new IdentityInForce(snapshot.Forwarded, snapshot.ApiKeys, new CallerIdentity(snapshot.Forwarded, snapshot.ApiKeys, options.Identity));
        Volatile.Write(ref _identity, known);
        return known.Identity;
    }

    private static PolicyUse Use(RequestResources resources, PolicySnapshot snapshot, string name, EndpointCost? cost)
    {
        // Those of endpoints are required to be there, and those of routes are checked with them; an endpoint that appeared since is not.
        ActivePolicy policy = snapshot.Policies.GetValueOrDefault(name)
            ?? throw new PolicyException($"an endpoint asks for the policy '{name}', which is not known; known are {string.Join(", ", snapshot.Policies.Keys.Order(StringComparer.Ordinal).Take(50))}. Add it with AddPolicy or in the configuration.");
        return new PolicyUse(policy, resources.KeysOf(policy.Definition.Key), RequestResources.ExemptionsOf(policy.Definition.Exempt), cost ?? EndpointCost.From(policy.Definition.Cost));
    }

    private sealed record IdentityInForce(ForwardedOptions Forwarded, ApiKeys ApiKeys, CallerIdentity Identity);
}
