namespace Headgate.Server.Changes;

/// <summary>What kind of leaf a change is about.</summary>
internal enum NodeKind
{
    Global,
    Tenant,
    Action,
    ClientAction,
    Key,
}

/// <summary>Where a leaf of the configuration stands.</summary>
internal readonly record struct NodeAddress(NodeKind Kind, string? Tenant = null, string? Client = null, string? Action = null, string? KeyId = null)
{
    public static NodeAddress Global => new(NodeKind.Global);

    public static NodeAddress OfTenant(string tenant) => new(NodeKind.Tenant, tenant);

    public static NodeAddress OfAction(string tenant, string action) => new(NodeKind.Action, tenant, Action: action);

    public static NodeAddress OfClientAction(string tenant, string client, string action) => new(NodeKind.ClientAction, tenant, client, action);

    public static NodeAddress OfKey(string id) => new(NodeKind.Key, KeyId: id);
}
