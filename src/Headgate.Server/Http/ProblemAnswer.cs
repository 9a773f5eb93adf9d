using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Headgate.Server.Http;

/// <summary>Refusals as problem+json (RFC 9457), in one place.</summary>
internal static class ProblemAnswer
{
    public const string ContentType = "application/problem+json";

    /// <summary>Writes a refusal, unless the answer has begun.</summary>
    public static async Task WriteAsync(HttpContext context, RequestRefusal refusal)
    {
        if (context.Response.HasStarted) return;
        context.Response.Clear();
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-store";
        if (refusal.Header is { } header) context.Response.Headers[header.Key] = header.Value;
        Utf8JsonWriter writer = new(context.Response.BodyWriter);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writer.WriteString("title", ReasonPhrases.GetReasonPhrase(refusal.Status));
            writer.WriteNumber("status", refusal.Status);
            writer.WriteString("detail", refusal.Message);
            if (refusal.Field is not null) writer.WriteString("field", refusal.Field);
            if (refusal.Value is not null) writer.WriteString("value", refusal.Value);
            writer.WriteEndObject();
        }
    }
}
