using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Headgate.Server.Http;

/// <summary>Refusals as problem+json (RFC 9457), in one place.</summary>
internal static class ProblemAnswer
{
    public const string ContentType = "application/problem+json";

    // Without escapes that only HTML needs: a message quotes what was sent, and is read by people. It is never shown as HTML.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a refusal, unless the answer has begun.</summary>
    public static async Task WriteAsync(HttpContext context, RequestRefusal refusal)
    {
        if (context.Response.HasStarted) return;
        context.Response.Clear();
        context.Response.StatusCode = refusal.Status;
        context.Response.ContentType = ContentType;
        context.Response.Headers.CacheControl = "no-store";
        if (refusal.Header is { } header) context.Response.Headers[header.Key] = header.Value;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (refusal.RetryAfter is { } after) context.Response.Headers.RetryAfter = WholeSeconds(after).ToString(CultureInfo.InvariantCulture);
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter writer = new(body, Readable))
        {
            writer.WriteStartObject();
            if (refusal.Type is not null) writer.WriteString("type", refusal.Type);
            writer.WriteString("title", ReasonPhrases.GetReasonPhrase(refusal.Status));
            writer.WriteNumber("status", refusal.Status);
            writer.WriteString("detail", refusal.Message);
            if (refusal.Field is not null) writer.WriteString("field", refusal.Field);
            if (refusal.Value is not null) writer.WriteString("value", refusal.Value);
            writer.WriteEndObject();
        }

        context.Response.ContentLength = body.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory).ConfigureAwait(false);
    }

    /// <summary>Rounded up: who comes again then finds the time over.</summary>
    public static long WholeSeconds(TimeSpan span) => (span.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
}
