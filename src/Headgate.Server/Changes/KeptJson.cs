using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>A leaf as it is kept: as routes have it, and the version that made it so.</summary>
internal static class KeptJson
{
    private const string Version = "version";

    public static void Write(Utf8JsonWriter json, ConfigNode node)
    {
        json.WriteStartObject();
        json.WriteNumber(Version, node.Version);
        NodeJson.WriteFields(json, node);
        json.WriteEndObject();
    }

    /// <summary>What <see cref="Write"/> wrote.</summary>
    /// <exception cref="RequestRefusal">It is no leaf of that kind.</exception>
    public static ConfigNode Read(NodeKind kind, JsonElement kept) => NodeJson.Read(kept, fields =>
    {
        long version = fields.Whole(Version) ?? 0;
        ConfigNode node = kind switch
        {
            NodeKind.Global => SettingsJson.ReadGlobal(fields, new GlobalSettings()),
            NodeKind.Tenant => SettingsJson.ReadTenant(fields, TenantSettings.Default),
            NodeKind.Key => KeyJson.Read(fields),
            _ => RuleJson.Read(fields),
        };
        return node with { Version = version };
    });
}
