using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.AspNetCore.Admin;

/// <summary>Reads the JSON of a request.</summary>
internal static class AdminBody
{
    /// <summary>The longest body, in bytes: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    // A field that is given twice is read differently by different readers.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static async Task<AdminFields> ReadAsync(HttpContext context) => new(await ReadElementAsync(context).ConfigureAwait(false));

    /// <summary>The JSON of the body, of whatever kind.</summary>
    /// <exception cref="AdminRefusal">400: it is no JSON in UTF-8; 413: it is too long; 415: it is said to be something else.</exception>
    public static async Task<JsonElement> ReadElementAsync(HttpContext context)
    {
        RequireJson(context.Request);
        if (context.Request.ContentLength > MaxBytes) throw TooLong();
        ReadOnlySequence<byte> bytes = await ReadAllAsync(context.Request.BodyReader, context.RequestAborted).ConfigureAwait(false);
        try
        {
            // The parser looks at bytes inside of texts only when a text is asked for.
            if (!Utf8.IsValid(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray()))
                throw new AdminRefusal(StatusCodes.Status400BadRequest, "the body is not UTF-8; it must be JSON in UTF-8. Encode it so, or escape what is not ASCII.");
            using JsonDocument document = JsonDocument.Parse(bytes, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException bad)
        {
            string where = bad.LineNumber is { } line ? $" in line {line + 1} at byte {bad.BytePositionInLine + 1}" : "";
            throw new AdminRefusal(StatusCodes.Status400BadRequest, $"the body is not JSON{where}. Send an object with each field once, such as {{\"key\": \"api_key:vip-42\"}}.");
        }
        catch (InvalidOperationException)
        {
            // Names are unescaped to find those that are given twice, and JSON can escape half of a surrogate pair.
            throw new AdminRefusal(StatusCodes.Status400BadRequest, "the name of a field has half of a surrogate pair, which is no text; it must be the name of a field that is documented.");
        }
        finally
        {
            context.Request.BodyReader.AdvanceTo(bytes.End);
        }
    }

    private static async Task<ReadOnlySequence<byte>> ReadAllAsync(PipeReader reader, CancellationToken ct)
    {
        while (true)
        {
            ReadResult read = await reader.ReadAsync(ct).ConfigureAwait(false);
            if (read.Buffer.Length > MaxBytes)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw TooLong();
            }

            if (read.IsCompleted) return read.Buffer;
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static void RequireJson(HttpRequest request)
    {
        if (MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        throw new AdminRefusal(StatusCodes.Status415UnsupportedMediaType,
            $"the body is {(string.IsNullOrEmpty(request.ContentType) ? "of no declared type" : "of another type")}; it must be JSON. Send the header Content-Type: application/json.");
    }

    private static AdminRefusal TooLong() =>
        new(StatusCodes.Status413PayloadTooLarge, $"the body is longer than {MaxBytes} bytes. Send one rule at a time.");
}
