using Headgate.Server.Changes;
using Headgate.Server.Http;
using Headgate.Server.Settings;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Access;

/// <summary>API keys over HTTP, for administrators.</summary>
internal sealed class KeyRoutes(AuditedBook book, SettingsAccess access, KeyPolicy policy, TimeProvider clock)
{
    private const string All = "/api/keys";
    private const string One = All + "/{id}";
    private const int UsualKeys = 100;
    private const int MostKeys = 1_000;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(All, (RequestDelegate)ListAsync).WithName("ListKeys").WithSummary("Lists API keys, without secrets.");
        routes.MapPost(All, (RequestDelegate)CreateAsync).WithName("CreateKey").WithSummary("Makes an API key. Its secret is shown in this answer and never again.");
        routes.MapGet(One, (RequestDelegate)GetAsync).WithName("GetKey").WithSummary("Shows an API key, without its secret.");
        routes.MapDelete(One, (RequestDelegate)DeleteAsync).WithName("DeleteKey").WithSummary("Deletes an API key: it is good for nothing from then on.");
        routes.MapPost(One + "/rotate", (RequestDelegate)RotateAsync).WithName("RotateKey").WithSummary("Gives an API key another secret. The old one may be good for a while.");
    }

    private Task ListAsync(HttpContext context)
    {
        access.ForAdmin(context);
        SettingsQuery.Allow(context.Request, "after", "limit");
        int limit = (int)(SettingsQuery.Whole(context.Request, "limit", 1, MostKeys) ?? UsualKeys);
        ServiceConfig config = book.Current;
        string[] page = Pages.Take(config.Keys.Keys, SettingsQuery.Text(context.Request, "after"), limit, out string? next);
        return SettingsAnswer.WriteAsync(context, StatusCodes.Status200OK, null, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("keys");
            foreach (string id in page) KeyAnswer.Write(json, config.Keys[id]);
            json.WriteEndArray();
            if (next is null) json.WriteNull("next_key");
            else json.WriteString("next_key", next);
            json.WriteEndObject();
        });
    }

    private async Task CreateAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        NewKey wanted = await SettingsBody.ReadAsync(context, fields => new NewKey(
            fields.Text("name") ?? throw RequestRefusal.Bad("name", null, $"name is missing; it must have 1 to {KeyChanges.MaxNameLength} characters. Say who has the key, and what for."),
            (KeyRole?)fields.Choice("role", NodeNames.Roles) ?? throw RequestRefusal.Bad("role", null, $"role is missing; it must be one of {string.Join(", ", NodeNames.Roles)}."),
            fields.Text("tenant_id"),
            fields.Seconds("expires_in_seconds", KeyChanges.LongestLifetime))).ConfigureAwait(false);
        (AccessKey key, string secret) = await ChangesOf(caller).CreateAsync(wanted, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.Location = $"{All}/{key.Id}";
        await AnswerAsync(context, StatusCodes.Status201Created, key, secret).ConfigureAwait(false);
    }

    private Task GetAsync(HttpContext context)
    {
        access.ForAdmin(context);
        AccessKey key = KeyChanges.Known(book.Current, RouteIds.Text(context, "id"));
        return SettingsAnswer.IsKnown(context, key.Version) ? Task.CompletedTask : AnswerAsync(context, StatusCodes.Status200OK, key, null);
    }

    private async Task RotateAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        string id = RouteIds.Text(context, "id");
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        // No body is a body without fields.
        bool isBare = context.Request is { ContentLength: null or 0, ContentType: null };
        decimal seconds = isBare ? 0 : await SettingsBody.ReadAsync(context, fields => fields.Number("grace_seconds") ?? 0).ConfigureAwait(false);
        TimeSpan grace = seconds == 0 ? TimeSpan.Zero : SettingsBody.Checked(() => NodeNumbers.SpanOf("grace_seconds", seconds, KeyChanges.LongestGrace));
        (AccessKey key, string secret) = await ChangesOf(caller).RotateAsync(id, grace, config => presupposed.Check(config, NodeAddress.OfKey(id)), context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, StatusCodes.Status200OK, key, secret).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        Caller caller = access.ForAdmin(context);
        string id = RouteIds.Text(context, "id");
        Precondition presupposed = VersionTags.Presupposed(context.Request);
        await ChangesOf(caller).DeleteAsync(id, config =>
        {
            presupposed.Check(config, NodeAddress.OfKey(id));
            KeyChanges.KeepAdmin(policy, config, [new ConfigEdit(NodeAddress.OfKey(id), KeyChanges.Known(config, id), null)], clock.GetUtcNow());
        }, context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private KeyChanges ChangesOf(Caller caller) => new((what, plan, ct) => book.ChangeAsync(caller, what, plan, ct), clock);

    private static Task AnswerAsync(HttpContext context, int status, AccessKey key, string? secret) =>
        SettingsAnswer.WriteAsync(context, status, key.Version, json => KeyAnswer.Write(json, key, secret));
}
