using System.Collections.Immutable;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Http;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>A tenant: its settings to replace, everything of it to see and to remove.</summary>
internal sealed class TenantRoutes(AuditedBook book, SettingsAccess access)
{
    private const string Path = "/api/config/tenant/{tenant_id}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (RequestDelegate)GetAsync).WithName("GetTenant").WithSummary("Shows a tenant: settings, limits of actions, and clients with limits of their own, page by page.");
        routes.MapPut(Path, (RequestDelegate)PutAsync).WithName("SetTenant").WithSummary("Creates or replaces a tenant's settings; its limits stay.");
        routes.MapDelete(Path, (RequestDelegate)DeleteAsync).WithName("DeleteTenant").WithSummary("Removes everything that is configured of a tenant.");
    }

    private Task GetAsync(HttpContext context)
    {
        string id = RouteIds.Read(context).Tenant;
        access.ForTenant(context, id);
        SettingsQuery.Allow(context.Request, "after", "limit");
        string? after = SettingsQuery.Text(context.Request, "after");
        int limit = (int)(SettingsQuery.Whole(context.Request, "limit", 1, TenantJson.MostClients) ?? TenantJson.UsualClients);
        TenantConfig tenant = book.Current.Tenants.GetValueOrDefault(id) ?? throw None();
        if (SettingsAnswer.IsKnown(context, tenant.Version)) return Task.CompletedTask;
        return SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, tenant.Version, json => TenantJson.Write(json, id, tenant, after, limit));
    }

    private async Task PutAsync(HttpContext context)
    {
        string id = RouteIds.Read(context).Tenant;
        Caller caller = access.ForTenant(context, id);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        TenantSettings settings = NodeJson.ReadTenant(await SettingsBody.ReadAsync(context).ConfigureAwait(false), TenantSettings.Default);
        NodeAddress at = NodeAddress.OfTenant(id);
        bool isNew = false;
        ServiceConfig config = await book.ChangeAsync(caller, $"PUT tenant {id}", current =>
        {
            presupposed.CheckTenant(current, id);
            TenantConfig? tenant = current.Tenants.GetValueOrDefault(id);
            isNew = tenant is null;
            TenantSettings? before = tenant?.Settings;
            return before is not null && before == settings with { Version = before.Version } ? [] : [new ConfigEdit(at, before, settings)];
        }, context.RequestAborted).ConfigureAwait(false);
        await SettingsAnswer.WriteAsync(context, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, config.Tenants[id].Version, settings).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        string id = RouteIds.Read(context).Tenant;
        Caller caller = access.ForTenant(context, id);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        await book.ChangeAsync(caller, $"DELETE tenant {id}", current =>
        {
            TenantConfig tenant = current.Tenants.GetValueOrDefault(id) ?? throw None();
            presupposed.CheckTenant(current, id);
            return [.. Leaves(id, tenant).Select(leaf => new ConfigEdit(leaf.At, leaf.Node, null))];
        }, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static IEnumerable<(NodeAddress At, ConfigNode Node)> Leaves(string id, TenantConfig tenant)
    {
        if (tenant.Settings is { } settings) yield return (NodeAddress.OfTenant(id), settings);
        foreach ((string action, ActionRule rule) in tenant.Actions) yield return (NodeAddress.OfAction(id, action), rule);
        foreach ((string client, ImmutableDictionary<string, ActionRule> rules) in tenant.Clients)
        {
            foreach ((string action, ActionRule rule) in rules) yield return (NodeAddress.OfClientAction(id, client, action), rule);
        }
    }

    private static RequestRefusal None() => RequestRefusal.Unknown("nothing is configured of this tenant; the global default holds for it. PUT its settings or a limit to configure it.");
}
