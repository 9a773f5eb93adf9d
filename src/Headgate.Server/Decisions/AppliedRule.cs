using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>Where the limit of a decision comes from, first to last.</summary>
internal enum RuleSource
{
    Client,
    Tenant,
    Request,
    Default,
}

/// <summary>The limit that applies, and why.</summary>
internal readonly record struct AppliedRule(ActionRule Rule, RuleSource Source)
{
    /// <summary>True if permits are held and given back, by one of its limits at least.</summary>
    public bool HoldsPermits => Rule.Limit switch
    {
        ConcurrencyLimit => true,
        CompositeLimit composite => Array.Exists(composite.Leaves, leaf => leaf.Limit is ConcurrencyLimit),
        _ => false,
    };
}
