using System.Text.Json;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Decisions;

/// <summary>The routes that decide.</summary>
internal sealed class CheckRoutes(ConfigBook book, Decider decider)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/api/check_and_consume", (RequestDelegate)CheckAsync);

    private async Task CheckAsync(HttpContext context)
    {
        using JsonDocument body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
        JsonElement root = body.RootElement;
        DecisionRequest request = new(Id(root, "tenant_id"), Id(root, "client_id"), Id(root, "action_type"));
        AppliedRule applied = RuleFinder.Find(book.Current, request);
        Decision decision = await decider.DecideAsync(applied, request, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "application/json";
        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("allowed", decision.IsAllowed);
            writer.WriteNumber("remaining_requests", decision.Remaining);
            writer.WriteNumber("reset_time_seconds", (decimal)(decision.DecidedAt + decision.ResetAfter - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond);
            if (decision.RetryAfter == Timeout.InfiniteTimeSpan) writer.WriteNull("retry_after_seconds");
            else writer.WriteNumber("retry_after_seconds", (decimal)decision.RetryAfter.Ticks / TimeSpan.TicksPerSecond);
            writer.WriteString("status", "processed");
            writer.WriteEndObject();
        }
    }

    private static string Id(JsonElement root, string field)
    {
        string? id = root.TryGetProperty(field, out JsonElement found) ? found.GetString() : null;
        return IdRules.Refuse(field, id) is { } refused ? throw RequestRefusal.Bad(field, id, refused) : id!;
    }
}
