using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>The settings of all tenants. A change keeps what it does not mention.</summary>
internal sealed class GlobalRoutes(AuditedBook book, SettingsAccess access)
{
    private const string Path = "/api/config/global";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (RequestDelegate)GetAsync).WithName("GetGlobalSettings").WithSummary("Shows load management and the default limit.");
        routes.MapPut(Path, (RequestDelegate)PutAsync).WithName("SetGlobalSettings").WithSummary("Changes load management and the default limit; what is not given stays.");
    }

    private Task GetAsync(HttpContext context)
    {
        access.ForAll(context);
        GlobalSettings global = book.Current.Global;
        return SettingsAnswer.IsKnown(context, global.Version) ? Task.CompletedTask : SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, global.Version, global);
    }

    private async Task PutAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        JsonElement body = await SettingsBody.ReadAsync(context).ConfigureAwait(false);
        ServiceConfig config = await book.ChangeAsync(caller, "PUT global", current =>
        {
            presupposed.Check(current, NodeAddress.Global);
            GlobalSettings read = NodeJson.ReadGlobal(body, current.Global) with { Version = current.Global.Version };
            return read == current.Global ? [] : [new ConfigEdit(NodeAddress.Global, current.Global, read)];
        }, context.RequestAborted).ConfigureAwait(false);
        await SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, config.Global.Version, config.Global).ConfigureAwait(false);
    }
}
