using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headgate.AspNetCore.Answers;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Requests;

/// <summary>Answers a request that cannot be asked about: its cost is none, or nothing identifies its caller. It is charged nothing.</summary>
internal static class InvalidRequest
{
    /// <summary>The media type is no HTML, so that quotes in a message can stand as they are.</summary>
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task RefuseAsync(HttpContext context, string detail, bool isUnidentified)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted) return;
        if (GrpcKinds.Of(context.Request) is var kind and not GrpcKind.None)
        {
            GrpcAnswer.WriteInvalid(response, kind, isUnidentified, detail);
            return;
        }

        response.StatusCode = isUnidentified ? StatusCodes.Status403Forbidden : StatusCodes.Status400BadRequest;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/problem+json";
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body, Readable))
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", isUnidentified ? "Forbidden" : "Bad Request");
            json.WriteNumber("status", response.StatusCode);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }

        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
    }
}
