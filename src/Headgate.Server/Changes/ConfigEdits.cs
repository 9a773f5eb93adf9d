using System.Collections.Immutable;
using Headgate.Server.Access;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>What a change makes of a configuration. Pure.</summary>
internal static class ConfigEdits
{
    public static ServiceConfig Apply(ServiceConfig config, ConfigChange change)
    {
        foreach (ConfigEdit edit in change.Edits) config = Set(config, edit.At, edit.After is null ? null : edit.After with { Version = change.Version }, change.Version);
        return config with { Version = change.Version };
    }

    /// <summary>
    /// Edits as they are kept: one for each leaf, the last that was given; with what is there before it; without those that change nothing.
    /// </summary>
    public static ImmutableArray<ConfigEdit> Settle(ServiceConfig config, ImmutableArray<ConfigEdit> edits)
    {
        Dictionary<NodeAddress, ConfigNode?> last = new(edits.Length);
        foreach (ConfigEdit edit in edits) last[edit.At] = edit.After ?? (edit.At.Kind == NodeKind.Global ? new GlobalSettings() : null);
        ImmutableArray<ConfigEdit>.Builder settled = ImmutableArray.CreateBuilder<ConfigEdit>(last.Count);
        foreach ((NodeAddress at, ConfigNode? after) in last)
        {
            ConfigNode? before = Find(config, at);
            if (!SayTheSame(before, after)) settled.Add(new ConfigEdit(at, before, after));
        }

        return settled.DrainToImmutable();
    }

    /// <summary>True if two leaves say the same, whichever version made them so.</summary>
    public static bool SayTheSame(ConfigNode? one, ConfigNode? other) => one is null || other is null ? ReferenceEquals(one, other) : one with { Version = other.Version } == other;

    /// <summary>The leaf at an address; null if there is none. The global settings are always there.</summary>
    public static ConfigNode? Find(ServiceConfig config, NodeAddress at) => at.Kind switch
    {
        NodeKind.Global => config.Global,
        NodeKind.Key => config.Keys.GetValueOrDefault(at.KeyId!),
        _ => !config.Tenants.TryGetValue(at.Tenant!, out TenantConfig? tenant) ? null : at.Kind switch
        {
            NodeKind.Tenant => tenant.Settings,
            NodeKind.Action => tenant.Actions.GetValueOrDefault(at.Action!),
            _ => tenant.Clients.GetValueOrDefault(at.Client!)?.GetValueOrDefault(at.Action!),
        },
    };

    private static ServiceConfig Set(ServiceConfig config, NodeAddress at, ConfigNode? node, long version)
    {
        switch (at.Kind)
        {
            case NodeKind.Global:
                return config with { Global = (GlobalSettings?)node ?? new GlobalSettings { Version = version } };
            case NodeKind.Key:
                return config with { Keys = node is null ? config.Keys.Remove(at.KeyId!) : config.Keys.SetItem(at.KeyId!, (AccessKey)node) };
            default:
                TenantConfig tenant = Set(config.Tenants.GetValueOrDefault(at.Tenant!) ?? TenantConfig.Empty, at, node) with { Version = version };
                return config with { Tenants = tenant.IsEmpty ? config.Tenants.Remove(at.Tenant!) : config.Tenants.SetItem(at.Tenant!, tenant) };
        }
    }

    private static TenantConfig Set(TenantConfig tenant, NodeAddress at, ConfigNode? node)
    {
        switch (at.Kind)
        {
            case NodeKind.Tenant:
                return tenant with { Settings = (TenantSettings?)node };
            case NodeKind.Action:
                return tenant with { Actions = Set(tenant.Actions, at.Action!, (ActionRule?)node) };
            default:
                ImmutableDictionary<string, ActionRule> rules = Set(tenant.Clients.GetValueOrDefault(at.Client!) ?? ServiceConfig.NoRules, at.Action!, (ActionRule?)node);
                return tenant with { Clients = rules.IsEmpty ? tenant.Clients.Remove(at.Client!) : tenant.Clients.SetItem(at.Client!, rules) };
        }
    }

    private static ImmutableDictionary<string, ActionRule> Set(ImmutableDictionary<string, ActionRule> rules, string action, ActionRule? rule) =>
        rule is null ? rules.Remove(action) : rules.SetItem(action, rule);
}
