using System.Collections.Frozen;
using System.IO.Compression;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace Headgate.Server.OpenApi;

/// <summary>
/// <c>GET /docs</c>: a page to read about the routes and to try them, Swagger UI. All of it comes from this process, and the page may load nothing from
/// elsewhere.
/// </summary>
internal static class DocsRoutes
{
    public const string Path = "/docs";

    /// <summary>Swagger UI sets styles of elements, which cannot be told by hashes; scripts it needs none but its files.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Library = "Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.";

    private static readonly Assembly Own = typeof(DocsRoutes).Assembly;
    private static readonly Assembly Kept = typeof(SwaggerUIOptions).Assembly;

    private static readonly FrozenDictionary<string, Asset> Assets = new Dictionary<string, Asset>(StringComparer.Ordinal)
    {
        [""] = new(Own, "Headgate.Server.OpenApi.docs.html", "text/html; charset=utf-8"),
        ["page.css"] = new(Own, "Headgate.Server.OpenApi.docs.css", "text/css; charset=utf-8"),
        ["page.js"] = new(Own, "Headgate.Server.OpenApi.docs.js", "text/javascript; charset=utf-8"),
        ["swagger-ui.css"] = new(Kept, Library + "swagger-ui.css", "text/css; charset=utf-8"),
        ["swagger-ui-bundle.js"] = new(Kept, Library + "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ["favicon.png"] = new(Kept, Library + "favicon-32x32.png", "image/png"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, context => SendAsync(context, "")).AllowAnonymous();
        routes.MapGet(Path + "/{file}", context => SendAsync(context, (string)context.Request.RouteValues["file"]!)).AllowAnonymous();
    }

    private static async Task SendAsync(HttpContext context, string name)
    {
        if (!Assets.TryGetValue(name, out Asset? asset)) throw RequestRefusal.Unknown("there is no such file. The page is at /docs.");
        byte[] content = asset.Content;
        HttpResponse response = context.Response;
        response.ContentType = asset.Type;
        response.ContentLength = content.Length;
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.CacheControl = "no-cache";
        await response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>A file of the page, read when it is asked for first.</summary>
    private sealed class Asset(Assembly from, string resource, string type)
    {
        private byte[]? _content;

        public string Type => type;

        public byte[] Content => _content ??= Load();

        private byte[] Load()
        {
            using Stream stream = from.GetManifestResourceStream(resource)!;
            using MemoryStream content = new();
            stream.CopyTo(content);
            byte[] bytes = content.ToArray();
            // The library keeps its files compressed, under their plain names.
            if (bytes is not [0x1F, 0x8B, ..]) return bytes;
            using GZipStream unpacked = new(new MemoryStream(bytes), CompressionMode.Decompress);
            using MemoryStream plain = new();
            unpacked.CopyTo(plain);
            return plain.ToArray();
        }
    }
}
