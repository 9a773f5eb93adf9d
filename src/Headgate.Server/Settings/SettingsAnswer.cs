using System.Text.Json;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.Settings;

/// <summary>Answers of the configuration's routes: JSON and an ETag.</summary>
internal static class SettingsAnswer
{
    /// <summary>One leaf, as a PUT takes it back.</summary>
    public static Task WriteAsync(HttpContext context, int status, long version, ConfigNode node) =>
        WriteAsync(context, status, version, json => NodeJson.Write(json, node));

    /// <param name="context">The request.</param>
    /// <param name="status">The status.</param>
    /// <param name="version">The ETag's version.</param>
    /// <param name="write">Writes the JSON; no more than fits in memory.</param>
    public static async Task WriteAsync(HttpContext context, int status, long? version, Action<Utf8JsonWriter> write)
    {
        Begin(context, status, version);
        Utf8JsonWriter json = new(context.Response.BodyWriter);
        await using (json.ConfigureAwait(false)) write(json);
    }

    /// <summary>True, and the answer is 304, if the reader has this version already.</summary>
    public static bool IsKnown(HttpContext context, long version)
    {
        if (!VersionTags.IsKnown(context.Request, version)) return false;
        Tag(context, version);
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    public static void Begin(HttpContext context, int status, long? version)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        Tag(context, version);
    }

    private static void Tag(HttpContext context, long? version)
    {
        // To be asked for again each time: it changes at any moment, and whom it is shown to depends on the key.
        context.Response.Headers.CacheControl = "private, no-cache";
        if (version is { } known) context.Response.Headers[HeaderNames.ETag] = VersionTags.Of(known);
    }
}
