using System.Collections.Immutable;

namespace Headgate.Server.Tenants;

/// <summary>All that is configured of one tenant. Immutable; ids compare ordinally.</summary>
internal sealed record TenantConfig
{
    public static TenantConfig Empty { get; } = new();

    /// <summary>Null if it was never said anything of.</summary>
    public TenantSettings? Settings { get; init; }

    public ImmutableDictionary<string, ActionRule> Actions { get; init; } = ServiceConfig.NoRules;

    /// <summary>By client, then by action. No client is here without a rule.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, ActionRule>> Clients { get; init; } =
        ImmutableDictionary.Create<string, ImmutableDictionary<string, ActionRule>>(StringComparer.Ordinal);

    /// <summary>The version of the last change to anything of this tenant.</summary>
    public long Version { get; init; }

    public bool IsEmpty => Settings is null && Actions.IsEmpty && Clients.IsEmpty;

    /// <summary>The client's own limit of an action, else the tenant's; null if neither is there.</summary>
    public ActionRule? Find(string client, string action)
    {
        if (!Clients.IsEmpty && Clients.TryGetValue(client, out ImmutableDictionary<string, ActionRule>? own) && own.TryGetValue(action, out ActionRule? rule)) return rule;
        return Actions.GetValueOrDefault(action);
    }
}
