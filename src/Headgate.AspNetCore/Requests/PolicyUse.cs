using Headgate.AspNetCore.Identity;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>One policy as it applies to the requests of a plan. Immutable.</summary>
internal sealed class PolicyUse(ActivePolicy policy, CallerKeys keys, RequestExemptions? exempt, EndpointCost cost)
{
    public ActivePolicy Policy => policy;

    /// <summary>The policy's name, for those who list several.</summary>
    public string[] Names { get; } = [policy.Name];

    public CallerKeys Keys => keys;

    /// <summary>What a function says afterwards; null if nothing is settled.</summary>
    public Func<HttpContext, long>? Settled => cost.Settled;

    /// <summary>True if the cost is a reservation.</summary>
    public bool IsSettled => cost.IsReservation;

    /// <summary>The cost of each request; null if it is different ones.</summary>
    public long? FixedCost { get; } = cost.Declared is { Header: null } always ? always.Permits : null;

    public bool HasExemptions => exempt is not null || !policy.ExemptKeys.IsEmpty;

    public bool IsExempt(HttpContext context) => exempt is not null && exempt.Applies(context);

    /// <summary>What the request costs; false, and why, if it says something that is no cost.</summary>
    public bool TryCostOf(HttpContext context, out long permits, out string? error)
    {
        error = null;
        if (cost.Declared is { } declared) return RequestCosts.TryCostOf(context, declared, out permits, out error);
        permits = cost.Of!(context);
        if (permits is >= 0 and <= RequestCost.MaxCost) return true;
        throw new InvalidOperationException(
            $"the cost function of the policy '{policy.Name}' says {permits}; it must be between 0 and {RequestCost.MaxCost}. Return 0 for requests that cost nothing.");
    }
}
