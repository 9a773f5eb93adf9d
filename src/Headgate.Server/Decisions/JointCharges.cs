using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>The charges of several actions that are one decision.</summary>
/// <param name="Parts">The different actions, each with the cost of all its entries.</param>
/// <param name="Charges">One for each part.</param>
/// <param name="HoldsPermits">True if permits are held and given back.</param>
internal sealed record JointCharges(IReadOnlyList<(DecisionRequest Request, AppliedRule Applied)> Parts, Charge[] Charges, bool HoldsPermits)
{
    /// <exception cref="RequestRefusal">400: an action is there twice with different numbers, or the limits have too many parts.</exception>
    public static JointCharges Of(ServiceConfig config, IReadOnlyList<DecisionRequest> requests)
    {
        List<(DecisionRequest Request, AppliedRule Applied)> parts = [];
        int limits = 0;
        foreach (DecisionRequest request in requests)
        {
            AppliedRule applied = RuleFinder.Find(config, request);
            int same = parts.FindIndex(part => part.Request.Action == request.Action && part.Request.Client == request.Client);
            if (same < 0)
            {
                parts.Add((request, applied));
                limits += applied.Rule.Limit.Leaves.Length;
                continue;
            }

            if (!parts[same].Applied.Rule.SaysTheSame(applied.Rule))
                throw RequestRefusal.Bad("action_type", request.Action, "an action is there twice for one client with different numbers, and it has one limit. Give the same numbers, or the action once.");
            // Each cost is at most 10^15, and there are at most 32: no overflow.
            parts[same] = (parts[same].Request with { Cost = parts[same].Request.Cost + request.Cost }, applied);
        }

        if (limits > IRateLimitStore.MaxCharges)
            throw RequestRefusal.Bad("actions", null, $"the limits of these actions have {limits} parts, those of composites counted; one decision can have {IRateLimitStore.MaxCharges}. Ask for fewer actions.");
        return new JointCharges(parts, [.. parts.Select(part => Decider.ChargeOf(part.Applied, part.Request))], parts.Exists(part => part.Request.Cost > 0 && part.Applied.HoldsPermits));
    }
}
