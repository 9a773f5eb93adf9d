using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Http;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Settings;

/// <summary>The configuration as a whole, for administrators: back to a version, out as a file, in from one. All or nothing.</summary>
internal sealed class WholeRoutes(AuditedBook book, SettingsAccess access, KeyPolicy keys, TimeProvider clock)
{
    /// <summary>The longest file, in bytes: 64 MiB.</summary>
    public const int MaxImport = 64 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/config/rollback", (RequestDelegate)RollBackAsync).WithName("RollBack").WithSummary("Makes everything but keys as it was at a version. Going back is a change too, and can be undone.");
        routes.MapGet("/api/config/export", (RequestDelegate)ExportAsync).WithName("ExportConfig").WithSummary("Everything that is configured as one file, with the hashes of keys.");
        routes.MapPost("/api/config/import", (RequestDelegate)ImportAsync).WithName("ImportConfig").WithSummary("Makes everything as a file says, or changes nothing.");
    }

    private async Task RollBackAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        long version = await SettingsBody.ReadAsync(context, fields => fields.Whole("version")
            ?? throw RequestRefusal.Bad("version", null, "version is missing; it must be a version of the history. GET /api/config/history lists them.")).ConfigureAwait(false);
        string what = string.Create(CultureInfo.InvariantCulture, $"roll back to version {version}");
        ServiceConfig config = await book.ChangeFromHistoryAsync(caller, what, (current, history) =>
        {
            presupposed.CheckWhole(current);
            return ConfigHistory.Undo(current, history, version);
        }, context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, config).ConfigureAwait(false);
    }

    private Task ExportAsync(HttpContext context)
    {
        access.ForAdmin(context);
        ServiceConfig config = book.Current;
        if (SettingsAnswer.IsKnown(context, config.Version)) return Task.CompletedTask;
        context.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"headgate-config-{config.Version}.json\"");
        return SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, config.Version, json => ConfigExport.Export(json, config));
    }

    private async Task ImportAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        ConfigImport file = await ReadAsync(context).ConfigureAwait(false);
        ServiceConfig config = await book.ChangeAsync(caller, "import", current =>
        {
            presupposed.CheckWhole(current);
            ImmutableArray<ConfigEdit> edits = ConfigDiff.Between(current, file.Over(current));
            KeyChanges.KeepAdmin(keys, current, edits, clock.GetUtcNow());
            return edits;
        }, context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, config).ConfigureAwait(false);
    }

    private static async Task<ConfigImport> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = MaxImport;
        try
        {
            return await RequestBody.ReadAsync(context, MaxImport, "Configure tenants by their own routes instead.", utf8 => ConfigImport.Read(JsonElement.Parse(utf8, Strict))).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // Names are unescaped to find those that are given twice, and JSON can escape half of a surrogate pair.
            throw new RequestRefusal(StatusCodes.Status400BadRequest, "the name of a field has half of a surrogate pair, which is no text. Send a file that GET /api/config/export gave.");
        }
    }

    private static Task AnswerAsync(HttpContext context, ServiceConfig config) => SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, config.Version, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", config.Version);
        json.WriteEndObject();
    });
}
