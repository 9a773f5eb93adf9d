using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Settings;

/// <summary>A tenant as JSON: settings, limits by action, and clients' own limits by client and action, a page of clients at a time.</summary>
internal static class TenantJson
{
    /// <summary>Clients on a page, if nothing is said.</summary>
    public const int UsualClients = 1_000;

    /// <summary>The most clients on a page.</summary>
    public const int MostClients = 10_000;

    /// <param name="json">Where to.</param>
    /// <param name="id">The tenant.</param>
    /// <param name="tenant">What is configured of it.</param>
    /// <param name="after">The client before the page; null for the first page.</param>
    /// <param name="limit">The most clients; <c>next_client</c> is the last one of the page, where there are more.</param>
    public static void Write(Utf8JsonWriter json, string id, TenantConfig tenant, string? after, int limit)
    {
        json.WriteStartObject();
        json.WriteString("tenant_id", id);
        json.WriteNumber("version", tenant.Version);
        json.WritePropertyName("settings");
        NodeJson.Write(json, tenant.Settings ?? TenantSettings.Default);
        json.WriteStartObject("actions");
        WriteRules(json, tenant.Actions);
        json.WriteEndObject();
        json.WriteStartObject("clients");
        string[] page = Pages.Take(tenant.Clients.Keys, after, limit, out string? next);
        foreach (string client in page)
        {
            json.WriteStartObject(client);
            WriteRules(json, tenant.Clients[client]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (next is null) json.WriteNull("next_client");
        else json.WriteString("next_client", next);
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, ImmutableDictionary<string, ActionRule> rules)
    {
        foreach ((string action, ActionRule rule) in rules.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(action);
            NodeJson.Write(json, rule);
        }
    }
}

/// <summary>Names in order, page by page: a page begins after the last name of the one before, whatever has come and gone since.</summary>
internal static class Pages
{
    /// <param name="names">All names, in any order.</param>
    /// <param name="after">The name before the page; null for the first.</param>
    /// <param name="limit">The most names of a page.</param>
    /// <param name="next">What to ask for the page after this; null if this is the last.</param>
    public static string[] Take(IEnumerable<string> names, string? after, int limit, out string? next)
    {
        if (after is not null) names = names.Where(name => string.CompareOrdinal(name, after) > 0);
        string[] page = [.. names.Order(StringComparer.Ordinal).Take(limit + 1)];
        next = page.Length > limit ? page[limit - 1] : null;
        return page.Length > limit ? page[..limit] : page;
    }
}
