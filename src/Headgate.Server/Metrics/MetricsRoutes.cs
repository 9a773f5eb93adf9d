using Headgate.Server.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Headgate.Server.Metrics;

/// <summary><c>GET /metrics</c>, for Prometheus. Where keys are on, for who may read all tenants' figures.</summary>
internal sealed class MetricsRoutes(PrometheusExporter exporter, IAccessGate gate)
{
    public const string TextType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", (RequestDelegate)GetAsync);

    private async Task GetAsync(HttpContext context)
    {
        MonitorAccess.Require(gate.Enter(context));
        bool openMetrics = WantsOpenMetrics(context.Request);
        ReadOnlyMemory<byte> text = exporter.Scrape(openMetrics);
        HttpResponse response = context.Response;
        response.ContentType = openMetrics ? OpenMetricsType : TextType;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = HeaderNames.Accept;
        response.ContentLength = text.Length;
        await response.Body.WriteAsync(text, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>True if it is accepted, and nothing plainer is preferred.</summary>
    private static bool WantsOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted)) return false;
        double open = 0;
        double plain = 0;
        foreach (MediaTypeHeaderValue type in accepted)
        {
            double quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase)) open = Math.Max(open, quality);
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)) plain = Math.Max(plain, quality);
        }

        return open > 0 && open >= plain;
    }
}
