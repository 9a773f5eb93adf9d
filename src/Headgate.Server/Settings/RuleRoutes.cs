using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Http;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>The limit of a tenant's action, and a client's own. What was consumed stays consumed when numbers change.</summary>
internal sealed class RuleRoutes(AuditedBook book, SettingsAccess access)
{
    private const string OfAction = "/api/config/tenant/{tenant_id}/action/{action_type}";
    private const string OfClient = "/api/config/tenant/{tenant_id}/client/{client_id}/action/{action_type}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(OfAction, context => GetAsync(context, ActionOf(context))).WithName("GetAction").WithSummary("Shows the limit of an action.");
        routes.MapPut(OfAction, context => PutAsync(context, ActionOf(context))).WithName("SetAction").WithSummary("Creates or replaces the limit of an action.");
        routes.MapDelete(OfAction, context => DeleteAsync(context, ActionOf(context))).WithName("DeleteAction").WithSummary("Removes the limit of an action.");
        routes.MapGet(OfClient, context => GetAsync(context, ClientActionOf(context))).WithName("GetClientAction").WithSummary("Shows a client's own limit.");
        routes.MapPut(OfClient, context => PutAsync(context, ClientActionOf(context))).WithName("SetClientAction").WithSummary("Creates or replaces a client's own limit.");
        routes.MapDelete(OfClient, context => DeleteAsync(context, ClientActionOf(context))).WithName("DeleteClientAction").WithSummary("Removes a client's own limit.");
    }

    private Task GetAsync(HttpContext context, NodeAddress at)
    {
        access.ForTenant(context, at.Tenant!);
        ConfigNode rule = ConfigEdits.Find(book.Current, at) ?? throw None(at);
        return SettingsAnswer.IsKnown(context, rule.Version) ? Task.CompletedTask : SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, rule.Version, rule);
    }

    private async Task PutAsync(HttpContext context, NodeAddress at)
    {
        Caller caller = access.ForTenant(context, at.Tenant!);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        ActionRule rule = NodeJson.ReadRule(await SettingsBody.ReadAsync(context).ConfigureAwait(false));
        bool isNew = false;
        ServiceConfig config = await book.ChangeAsync(caller, "PUT " + Named(at), current =>
        {
            presupposed.Check(current, at);
            ActionRule? before = (ActionRule?)ConfigEdits.Find(current, at);
            isNew = before is null;
            return before?.SaysTheSame(rule) == true ? [] : [new ConfigEdit(at, before, rule)];
        }, context.RequestAborted).ConfigureAwait(false);
        await SettingsAnswer.WriteAsync(context, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, ConfigEdits.Find(config, at)!.Version, rule).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context, NodeAddress at)
    {
        Caller caller = access.ForTenant(context, at.Tenant!);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        await book.ChangeAsync(caller, "DELETE " + Named(at), current =>
        {
            ConfigNode before = ConfigEdits.Find(current, at) ?? throw None(at);
            presupposed.Check(current, at);
            return [new ConfigEdit(at, before, null)];
        }, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static NodeAddress ActionOf(HttpContext context)
    {
        RouteIds ids = RouteIds.Read(context);
        return NodeAddress.OfAction(ids.Tenant, ids.Action);
    }

    private static NodeAddress ClientActionOf(HttpContext context)
    {
        RouteIds ids = RouteIds.Read(context);
        return NodeAddress.OfClientAction(ids.Tenant, ids.Client, ids.Action);
    }

    private static string Named(NodeAddress at) =>
        at.Kind == NodeKind.Action ? $"tenant {at.Tenant} action {at.Action}" : $"tenant {at.Tenant} client {at.Client} action {at.Action}";

    private static RequestRefusal None(NodeAddress at) => RequestRefusal.Unknown(at.Kind == NodeKind.Action
        ? "this tenant has no limit of its own for this action. GET /api/config/tenant/{tenant_id} lists those that it has."
        : "this client has no limit of its own for this action. GET /api/config/tenant/{tenant_id} lists those that there are.");
}
