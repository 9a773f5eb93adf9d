using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.Http;

/// <summary>Makes something of a whole body. What it returns must not hold on to the bytes.</summary>
internal delegate T BodyParser<T>(ReadOnlySpan<byte> utf8);

/// <summary>Reads JSON bodies within a bound, where the server has them: a body that came in one piece is not copied.</summary>
internal static class RequestBody
{
    /// <summary>The longest body, in bytes: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string Json = "application/json";

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The longest body, in bytes.</param>
    /// <param name="remedy">What to do about a longer one.</param>
    /// <param name="parse">What to make of it. It may throw <see cref="JsonException"/>.</param>
    /// <exception cref="RequestRefusal">415, 413 or 400.</exception>
    public static async ValueTask<T> ReadAsync<T>(HttpContext context, int maxBytes, string remedy, BodyParser<T> parse)
    {
        RequireJson(context.Request);
        if (context.Request.ContentLength > maxBytes) throw TooLong(maxBytes, remedy);
        PipeReader reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            ReadOnlySequence<byte> bytes = read.Buffer;
            if (bytes.Length > maxBytes)
            {
                reader.AdvanceTo(bytes.End);
                throw TooLong(maxBytes, remedy);
            }

            if (read.IsCompleted)
            {
                try
                {
                    return Parse(bytes, parse);
                }
                finally
                {
                    reader.AdvanceTo(bytes.End);
                }
            }

            reader.AdvanceTo(bytes.Start, bytes.End);
        }
    }

    /// <summary>Checks and parses a body in memory.</summary>
    /// <exception cref="RequestRefusal">400.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8, BodyParser<T> parse)
    {
        try
        {
            // The parser looks at bytes inside of texts only when a text is asked for.
            if (!Utf8.IsValid(utf8)) throw Bad("the body is not UTF-8; it must be JSON in UTF-8. Encode it so, or escape what is not ASCII.");
            if (utf8.StartsWith("\uFEFF"u8)) throw Bad("the body begins with a byte order mark; it must begin with the JSON. Leave the mark out.");
            if (utf8.IsEmpty) throw Bad("the body is empty; it must be JSON. Send it with the header Content-Type: application/json.");
            return parse(utf8);
        }
        catch (JsonException bad)
        {
            string where = bad.LineNumber is { } line ? $" in line {line + 1} at byte {bad.BytePositionInLine + 1}" : "";
            throw Bad($"the body is not JSON{where}. Send one JSON value, nested a few levels at most, and nothing after it.");
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> bytes, BodyParser<T> parse)
    {
        if (bytes.IsSingleSegment) return Parse(bytes.FirstSpan, parse);
        int length = (int)bytes.Length;
        byte[] whole = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            bytes.CopyTo(whole);
            return Parse(whole.AsSpan(0, length), parse);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private static void RequireJson(HttpRequest request)
    {
        if (!string.Equals(request.ContentType, Json, StringComparison.Ordinal) && !IsJson(request.ContentType))
        {
            throw Unsupported(
                $"the body is {(string.IsNullOrEmpty(request.ContentType) ? "of no declared type" : "of another type")}; it must be JSON in UTF-8. Send the header Content-Type: application/json.");
        }

        if (request.Headers.ContentEncoding.Count > 0) throw Unsupported("the body is encoded; it must be sent as it is. Leave out the header Content-Encoding.");
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? type)
        && (type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    private static RequestRefusal Bad(string detail) => new(StatusCodes.Status400BadRequest, detail);

    private static RequestRefusal Unsupported(string detail) => new(StatusCodes.Status415UnsupportedMediaType, detail);

    private static RequestRefusal TooLong(int maxBytes, string remedy) =>
        new(StatusCodes.Status413PayloadTooLarge, $"the body is longer than {maxBytes} bytes. {remedy}");
}
