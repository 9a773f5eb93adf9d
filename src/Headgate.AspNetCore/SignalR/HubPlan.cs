using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.SignalR;

namespace Headgate.AspNetCore.SignalR;

/// <summary>The policies of one method of a hub, or of connecting to one: who is charged what, as one decision. Thread-safe.</summary>
internal sealed class HubPlan(string method, IReadOnlyList<HubCharge> charges, bool streams)
{
    private static readonly KeySource Connection = KeySource.Parse("custom:connection");
    private static readonly KeySource Method = KeySource.Parse("custom:hub_method");
    private static readonly string Everybody = PartitionKey.Of(KeySource.Parse("global"), "");

    private readonly string _methodKey = PartitionKey.Of(Method, method);
    private InForce? _inForce;

    public bool IsEmpty => charges.Count == 0;

    /// <summary>True if what the method returns goes on after it has returned.</summary>
    public bool Streams => streams;

    /// <summary>From now on these policies must be there.</summary>
    /// <exception cref="PolicyException">One is not.</exception>
    public static void Require(RateLimitPolicies policies, string who, IReadOnlyList<HubCharge> charges)
    {
        Dictionary<string, string> required = new(StringComparer.Ordinal);
        foreach (HubCharge charge in charges) required[charge.Policy] = who;
        if (required.Count > 0) policies.Require(required);
    }

    /// <summary>The policies as they are now, in the order of the charges.</summary>
    public PolicyGroup GroupOf(RateLimitPolicies policies)
    {
        PolicySnapshot current = policies.Current;
        InForce? known = Volatile.Read(ref _inForce);
        if (known is not null && ReferenceEquals(known.Snapshot, current)) return known.Group;
        ActivePolicy[] active = [.. charges.Select(charge => current.Policies[charge.Policy])];
        PolicyGroup group = policies.GroupOf(active);
        Volatile.Write(ref _inForce, new InForce(current, group));
        return group;
    }

    /// <summary>What an invocation on a connection asks of the policies.</summary>
    public PolicyCharge[] ChargesOf(PolicyGroup group, HubCallerContext caller)
    {
        PolicyCharge[] all = new PolicyCharge[charges.Count];
        for (int i = 0; i < all.Length; i++)
        {
            HubCharge charge = charges[i];
            string key = charge.Key switch
            {
                HubKey.Everybody => Everybody,
                HubKey.User when !string.IsNullOrEmpty(caller.UserIdentifier) => PartitionKey.Of(KeySource.User, caller.UserIdentifier),
                _ => PartitionKey.Of(Connection, caller.ConnectionId),
            };
            // Who is exempt takes nothing.
            long cost = group.Policies[i].ExemptKeys.Contains(key) ? 0 : charge.Cost;
            all[i] = new PolicyCharge(charge.Policy, charge.PerMethod ? PartitionKey.Join([key, _methodKey]) : key, cost);
        }

        return all;
    }

    private sealed record InForce(PolicySnapshot Snapshot, PolicyGroup Group);
}
