using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>Everything that is configured, a page of tenants at a time.</summary>
internal sealed class ConfigRoutes(AuditedBook book, SettingsAccess access)
{
    /// <summary>Tenants on a page, if nothing is said.</summary>
    private const int UsualTenants = 100;

    /// <summary>The most tenants on a page.</summary>
    private const int MostTenants = 1_000;

    /// <summary>What is written before it is sent, in bytes.</summary>
    private const int Chunk = 256 * 1024;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/config", (RequestDelegate)GetAsync).WithName("GetConfig").WithSummary("Shows everything that is configured, but for keys, page by page.");

    private async Task GetAsync(HttpContext context)
    {
        access.ForAll(context);
        SettingsQuery.Allow(context.Request, "after", "limit");
        string? after = SettingsQuery.Text(context.Request, "after");
        int limit = (int)(SettingsQuery.Whole(context.Request, "limit", 1, MostTenants) ?? UsualTenants);
        ServiceConfig config = book.Current;
        if (SettingsAnswer.IsKnown(context, config.Version)) return;
        SettingsAnswer.Begin(context, StatusCodes.Status200OK, config.Version);
        Utf8JsonWriter json = new(context.Response.BodyWriter);
        await using (json.ConfigureAwait(false)) await WriteAsync(json, config, after, limit, context).ConfigureAwait(false);
    }

    private static async Task WriteAsync(Utf8JsonWriter json, ServiceConfig config, string? after, int limit, HttpContext context)
    {
        json.WriteStartObject();
        json.WriteNumber("version", config.Version);
        json.WritePropertyName("global");
        NodeJson.Write(json, config.Global);
        json.WriteStartObject("tenants");
        long sent = 0;
        string[] page = Pages.Take(config.Tenants.Keys, after, limit, out string? next);
        foreach (string id in page)
        {
            json.WritePropertyName(id);
            TenantJson.Write(json, id, config.Tenants[id], null, TenantJson.UsualClients);
            if (json.BytesPending + json.BytesCommitted - sent < Chunk) continue;
            await json.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            sent = json.BytesCommitted;
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }

        json.WriteEndObject();
        if (next is null) json.WriteNull("next_tenant");
        else json.WriteString("next_tenant", next);
        json.WriteEndObject();
    }
}
