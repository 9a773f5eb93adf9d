using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>: what the service can do, for programs. The document is kept by hand, and tests hold it to the routes there are.</summary>
internal static class OpenApiRoutes
{
    public const string Path = "/openapi/v1.json";

    private const string Resource = "Headgate.Server.OpenApi.openapi.json";

    private static readonly Lazy<(byte[] Json, string Tag)> Document = new(Load);

    /// <summary>The document, in UTF-8.</summary>
    public static ReadOnlyMemory<byte> Json => Document.Value.Json;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, (RequestDelegate)GetAsync).AllowAnonymous();

    private static async Task GetAsync(HttpContext context)
    {
        (byte[] json, string tag) = Document.Value;
        HttpResponse response = context.Response;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
        if (context.Request.Headers[HeaderNames.IfNoneMatch].Contains(tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    private static (byte[] Json, string Tag) Load()
    {
        using Stream stream = typeof(OpenApiRoutes).Assembly.GetManifestResourceStream(Resource)!;
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return (json, $"\"{Convert.ToHexStringLower(SHA256.HashData(json).AsSpan(0, 8))}\"");
    }
}
