using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>The parts of an export, in the order of their ids, so that equal configurations are equal texts. Pure.</summary>
internal static class ConfigJson
{
    /// <summary>Writes <c>global</c> and <c>tenants</c> into an object that the caller has begun.</summary>
    public static void WriteParts(Utf8JsonWriter json, ServiceConfig config)
    {
        json.WritePropertyName("global");
        NodeJson.Write(json, config.Global);
        json.WriteStartObject("tenants");
        foreach ((string id, TenantConfig tenant) in Sorted(config.Tenants))
        {
            json.WritePropertyName(id);
            WriteTenant(json, tenant);
        }

        json.WriteEndObject();
    }

    /// <summary>Keys by their id, with their hashes.</summary>
    public static void WriteKeys(Utf8JsonWriter json, ServiceConfig config)
    {
        json.WriteStartObject("keys");
        foreach ((string id, AccessKey key) in Sorted(config.Keys))
        {
            json.WritePropertyName(id);
            NodeJson.Write(json, key);
        }

        json.WriteEndObject();
    }

    /// <summary><c>{"settings":{...},"actions":{"login":{...}},"clients":{"vip":{"login":{...}}}}</c>; settings only where the tenant has some.</summary>
    private static void WriteTenant(Utf8JsonWriter json, TenantConfig tenant)
    {
        json.WriteStartObject();
        if (tenant.Settings is not null)
        {
            json.WritePropertyName("settings");
            NodeJson.Write(json, tenant.Settings);
        }

        WriteRules(json, "actions", tenant.Actions);
        json.WriteStartObject("clients");
        foreach ((string client, ImmutableDictionary<string, ActionRule> rules) in Sorted(tenant.Clients)) WriteRules(json, client, rules);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, string name, ImmutableDictionary<string, ActionRule> rules)
    {
        json.WriteStartObject(name);
        foreach ((string action, ActionRule rule) in Sorted(rules))
        {
            json.WritePropertyName(action);
            NodeJson.Write(json, rule);
        }

        json.WriteEndObject();
    }

    private static IEnumerable<KeyValuePair<string, T>> Sorted<T>(ImmutableDictionary<string, T> all) => all.OrderBy(one => one.Key, StringComparer.Ordinal);
}
