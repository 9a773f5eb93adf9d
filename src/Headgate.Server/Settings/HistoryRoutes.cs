using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>Who changed what, and when: the latest changes, newest first.</summary>
internal sealed class HistoryRoutes(AuditedBook book, SettingsAccess access)
{
    private const int UsualChanges = 50;

    /// <summary>The most edits that are shown of one change: an import may have made a million.</summary>
    private const int MostEdits = 1_000;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/config/history", (RequestDelegate)GetAsync).WithName("GetHistory").WithSummary("Shows the latest changes, newest first: who, when, and each edit before and after.");

    private Task GetAsync(HttpContext context)
    {
        string? asked = SettingsQuery.Text(context.Request, "tenant");
        (Caller caller, string? tenant) = access.ForHistory(context, asked);
        SettingsQuery.Allow(context.Request, "tenant", "limit", "before");
        int limit = (int)(SettingsQuery.Whole(context.Request, "limit", 1, IConfigLog.MaxHistory) ?? UsualChanges);
        long before = SettingsQuery.Whole(context.Request, "before", 0, long.MaxValue) ?? long.MaxValue;
        ConfigChange[] page =
        [
            .. book.History.Reverse().Where(change => change.Version < before && (tenant is null || change.Edits.Any(edit => edit.At.Tenant == tenant))).Take(limit + 1),
        ];
        bool isLast = page.Length <= limit;
        return SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, null, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("changes");
            foreach (ConfigChange change in page.Take(limit)) Write(json, change, edit => tenant is null ? edit.At.Kind != NodeKind.Key || caller.Role == KeyRole.Admin : edit.At.Tenant == tenant);
            json.WriteEndArray();
            if (isLast) json.WriteNull("next_before");
            else json.WriteNumber("next_before", page[limit - 1].Version);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, ConfigChange change, Func<ConfigEdit, bool> isShown)
    {
        ConfigEdit[] edits = [.. change.Edits.Where(isShown)];
        json.WriteStartObject();
        json.WriteNumber("version", change.Version);
        json.WriteString("at", change.At);
        json.WriteString("who", change.Who);
        json.WriteString("what", change.What);
        json.WriteNumber("edit_count", edits.Length);
        json.WriteStartArray("edits");
        foreach (ConfigEdit edit in edits.Take(MostEdits))
        {
            json.WriteStartObject();
            WriteAddress(json, edit.At);
            WriteNode(json, "before", edit.Before);
            WriteNode(json, "after", edit.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAddress(Utf8JsonWriter json, NodeAddress at)
    {
        json.WriteString("kind", at.Kind switch
        {
            NodeKind.Global => "global",
            NodeKind.Tenant => "tenant",
            NodeKind.Action => "action",
            NodeKind.ClientAction => "client_action",
            _ => "key",
        });
        if (at.Tenant is not null) json.WriteString("tenant_id", at.Tenant);
        if (at.Client is not null) json.WriteString("client_id", at.Client);
        if (at.Action is not null) json.WriteString("action_type", at.Action);
        if (at.KeyId is not null) json.WriteString("key_id", at.KeyId);
    }

    private static void WriteNode(Utf8JsonWriter json, string field, ConfigNode? node)
    {
        json.WritePropertyName(field);
        if (node is null) json.WriteNullValue();
        else if (node is AccessKey key) KeyAnswer.Write(json, key);
        else NodeJson.Write(json, node);
    }
}
