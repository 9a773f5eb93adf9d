using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>Tenants and the whole configuration as JSON, in the order of their ids, so that equal ones are equal texts. Pure.</summary>
internal static class ConfigJson
{
    /// <summary><c>{"version":7,"global":{...},"tenants":{"acme":{...}}}</c>. Keys are left out.</summary>
    public static void Write(Utf8JsonWriter json, ServiceConfig config)
    {
        json.WriteStartObject();
        json.WriteNumber("version", config.Version);
        WriteParts(json, config);
        json.WriteEndObject();
    }

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

    /// <summary><c>{"settings":{...},"actions":{"login":{...}},"clients":{"vip":{"login":{...}}}}</c>; settings only where the tenant has some.</summary>
    public static void WriteTenant(Utf8JsonWriter json, TenantConfig tenant)
    {
        json.WriteStartObject();
        WriteTenantFields(json, tenant);
        json.WriteEndObject();
    }

    /// <summary>Writes the fields of a tenant into an object that the caller has begun.</summary>
    public static void WriteTenantFields(Utf8JsonWriter json, TenantConfig tenant)
    {
        if (tenant.Settings is not null)
        {
            json.WritePropertyName("settings");
            NodeJson.Write(json, tenant.Settings);
        }

        WriteRules(json, "actions", tenant.Actions);
        json.WriteStartObject("clients");
        foreach ((string client, ImmutableDictionary<string, ActionRule> rules) in Sorted(tenant.Clients)) WriteRules(json, client, rules);
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
