namespace Headgate.Extensions.Policies;

/// <summary>Gives the limits of a policy the names by which their state is known: their own, or the policy's and their place.</summary>
internal static class PolicyLimits
{
    /// <summary>
    /// The first unnamed limit is called like the policy and the others get their place behind it. Kind and name identify state, so this is
    /// kind and place; and it is the same whether a policy has one limit or several.
    /// </summary>
    public static Limit Identify(string policy, Limit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        if (limit is not CompositeLimit { Name: null } all) return Name(policy, limit, 0);
        Limit[] parts = [.. all.Limits.Select((part, place) => Name(policy, part, place))];
        return parts.Length == 1 && !all.Shadow ? parts[0] : Limit.AllOf(parts) with { Shadow = all.Shadow };
    }

    /// <summary>The same limit, computed and not enforced.</summary>
    public static Limit InShadow(Limit limit) => limit with { Shadow = true };

    private static Limit Name(string policy, Limit limit, int place) =>
        limit.Name is not null ? limit : limit with { Name = place == 0 ? policy : $"{policy}.{place + 1}" };
}
