using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Requests;

/// <summary>Which policies decide about requests to an endpoint and of a route, while one set of policies is in force. Immutable.</summary>
internal sealed class RequestPlan
{
    public RequestPlan(PolicyUse[] uses, Func<ActivePolicy[], PolicyGroup> groupOf)
    {
        Uses = uses;
        Group = uses.Length == 0 ? null : groupOf([.. uses.Select(use => use.Policy)]);
        IsSettled = Array.Exists(uses, use => use.IsSettled);
        bool needsCare = Group is null or { HoldsPermits: true } || Group.MaxWait > TimeSpan.Zero || IsSettled;
        Only = !needsCare && uses is [{ HasExemptions: false, FixedCost: not null } only] ? only : null;
    }

    public PolicyUse[] Uses { get; }

    /// <summary>All of them together; null if there are none.</summary>
    public PolicyGroup? Group { get; }

    /// <summary>The policy, if it is the only one and asks for nothing but a decision: the fast way.</summary>
    public PolicyUse? Only { get; }

    /// <summary>True if what a request has cost is said afterwards.</summary>
    public bool IsSettled { get; }
}
