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
internal readonly record struct AppliedRule(ActionRule Rule, RuleSource Source);
