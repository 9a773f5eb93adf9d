using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Statistics;

/// <summary>Figures as JSON.</summary>
internal static class FigureJson
{
    /// <summary>Answers with an object, which nobody may keep.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }
    }

    /// <summary>Writes the counts as fields.</summary>
    public static void Write(Utf8JsonWriter writer, in TenantFigures figures)
    {
        writer.WriteNumber("allowed", figures.Allowed);
        writer.WriteNumber("denied", figures.Denied);
        writer.WriteNumber("impossible", figures.Impossible);
        writer.WriteNumber("queued", figures.Queued);
        writer.WriteNumber("rejected", figures.Rejected);
        writer.WriteNumber("timed_out", figures.TimedOut);
        writer.WriteNumber("failed", figures.Failed);
    }
}
