using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>What one request asks: the policies of its plan that apply to it, with its keys and costs.</summary>
internal readonly struct Asking
{
    private Asking(PolicyUse[] uses, PolicyCharge[] charges, ActiveLimit[] limits, PolicyGroup? group, string? refusal, bool isUnidentified)
    {
        Uses = uses;
        Charges = charges;
        Limits = limits;
        Group = group;
        Refusal = refusal;
        IsUnidentified = isUnidentified;
    }

    public PolicyUse[] Uses { get; }

    public PolicyCharge[] Charges { get; }

    public ActiveLimit[] Limits { get; }

    /// <summary>Null if no policy applies.</summary>
    public PolicyGroup? Group { get; }

    /// <summary>Why the request cannot be asked about; null if it can.</summary>
    public string? Refusal { get; }

    /// <summary>True if it was refused because nothing identifies the caller.</summary>
    public bool IsUnidentified { get; }

    public static Asking Of(RequestPlan plan, RequestResources resources, HttpContext context)
    {
        List<PolicyUse> uses = new(plan.Uses.Length);
        List<PolicyCharge> charges = new(plan.Uses.Length);
        List<ActiveLimit> limits = new(plan.Uses.Length);
        foreach (PolicyUse use in plan.Uses)
        {
            if (use.IsExempt(context)) continue;
            if (!use.Keys.TryKeyOf(context, out string key))
            {
                if (resources.NoIdentity == NoIdentity.Refuse) return new([], [], [], null, $"nothing identifies the caller; the request must have one of: {use.Policy.Definition.Key}.", true);
                if (resources.NoIdentity == NoIdentity.Exempt) continue;
            }

            if (use.Policy.ExemptKeys.Contains(key) || resources.ExemptKeys.Contains(key)) continue;
            if (!use.TryCostOf(context, out long cost, out string? error)) return new([], [], [], null, error, false);
            uses.Add(use);
            charges.Add(new PolicyCharge(use.Policy.Name, key, cost));
            limits.Add(use.Policy.LimitOf(key));
        }

        PolicyGroup? group = uses.Count == plan.Uses.Length ? plan.Group : uses.Count == 0 ? null : resources.GroupOf([.. uses.Select(use => use.Policy)]);
        return new([.. uses], [.. charges], [.. limits], group, null, false);
    }
}
