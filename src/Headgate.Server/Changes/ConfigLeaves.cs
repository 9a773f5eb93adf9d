using System.Collections.Immutable;
using Headgate.Server.Access;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>A configuration as the list of its leaves, there and back. What keeps it and what compares it sees nothing else.</summary>
internal static class ConfigLeaves
{
    /// <summary>Every leaf with where it stands, in no order. The global settings are always among them.</summary>
    public static IEnumerable<(NodeAddress At, ConfigNode Node)> Of(ServiceConfig config)
    {
        yield return (NodeAddress.Global, config.Global);
        foreach ((string id, TenantConfig tenant) in config.Tenants)
        {
            if (tenant.Settings is not null) yield return (NodeAddress.OfTenant(id), tenant.Settings);
            foreach ((string action, ActionRule rule) in tenant.Actions) yield return (NodeAddress.OfAction(id, action), rule);
            foreach ((string client, ImmutableDictionary<string, ActionRule> rules) in tenant.Clients)
            {
                foreach ((string action, ActionRule rule) in rules) yield return (NodeAddress.OfClientAction(id, client, action), rule);
            }
        }

        foreach ((string id, AccessKey key) in config.Keys) yield return (NodeAddress.OfKey(id), key);
    }

    /// <summary>Puts leaves together. In time proportional to their number, which one change after the other is not. For one thread.</summary>
    public sealed class Assembly
    {
        private readonly Dictionary<string, Tenant> _tenants = new(StringComparer.Ordinal);
        private readonly ImmutableDictionary<string, AccessKey>.Builder _keys = ServiceConfig.Empty.Keys.ToBuilder();
        private GlobalSettings _global = new();

        public void Set(NodeAddress at, ConfigNode node)
        {
            switch (at.Kind)
            {
                case NodeKind.Global:
                    _global = (GlobalSettings)node;
                    break;
                case NodeKind.Key:
                    _keys[at.KeyId!] = (AccessKey)node;
                    break;
                case NodeKind.Tenant:
                    Of(at.Tenant!).Settings = (TenantSettings)node;
                    break;
                case NodeKind.Action:
                    Of(at.Tenant!).Actions[at.Action!] = (ActionRule)node;
                    break;
                default:
                    Of(at.Tenant!).Client(at.Client!)[at.Action!] = (ActionRule)node;
                    break;
            }
        }

        /// <summary>When anything of a tenant changed last: its leaves do not tell what was taken away.</summary>
        public void SetVersion(string tenant, long version) => Of(tenant).Version = version;

        public ServiceConfig Build(long version)
        {
            ImmutableDictionary<string, TenantConfig>.Builder tenants = ServiceConfig.Empty.Tenants.ToBuilder();
            foreach ((string id, Tenant tenant) in _tenants)
            {
                if (tenant.Build() is { IsEmpty: false } built) tenants[id] = built;
            }

            return new ServiceConfig { Version = version, Global = _global, Tenants = tenants.ToImmutable(), Keys = _keys.ToImmutable() };
        }

        private Tenant Of(string id)
        {
            if (!_tenants.TryGetValue(id, out Tenant? tenant)) _tenants[id] = tenant = new Tenant();
            return tenant;
        }
    }

    private sealed class Tenant
    {
        private readonly Dictionary<string, ImmutableDictionary<string, ActionRule>.Builder> _clients = new(StringComparer.Ordinal);

        public TenantSettings? Settings { get; set; }

        public long Version { get; set; }

        public ImmutableDictionary<string, ActionRule>.Builder Actions { get; } = ServiceConfig.NoRules.ToBuilder();

        public ImmutableDictionary<string, ActionRule>.Builder Client(string id)
        {
            if (!_clients.TryGetValue(id, out ImmutableDictionary<string, ActionRule>.Builder? rules)) _clients[id] = rules = ServiceConfig.NoRules.ToBuilder();
            return rules;
        }

        public TenantConfig Build()
        {
            ImmutableDictionary<string, ImmutableDictionary<string, ActionRule>>.Builder clients = TenantConfig.Empty.Clients.ToBuilder();
            foreach ((string id, ImmutableDictionary<string, ActionRule>.Builder rules) in _clients) clients[id] = rules.ToImmutable();
            return new TenantConfig { Settings = Settings, Actions = Actions.ToImmutable(), Clients = clients.ToImmutable(), Version = Version };
        }
    }
}
