using System.Globalization;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Http;
using Headgate.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Statistics;

/// <summary><c>GET /api/stats</c>: all tenants by pages, for who may read all figures; <c>GET /api/stats/tenant/{t}</c>: one, for its own callers too.</summary>
internal sealed class StatisticsRoutes(TenantStatistics statistics, ConfigBook book, ILoadFigures load, IAccessGate gate)
{
    /// <summary>The most tenants of a page.</summary>
    public const int MaxPage = 1_000;

    private const int DefaultPage = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/stats", (RequestDelegate)GetAllAsync);
        routes.MapGet("/api/stats/tenant/{tenant_id}", (RequestDelegate)GetOneAsync);
    }

    private async Task GetAllAsync(HttpContext context)
    {
        MonitorAccess.Require(gate.Enter(context));
        int limit = LimitOf(context.Request.Query["limit"]);
        string after = context.Request.Query["after"].ToString();
        string[] page = [.. statistics.Tenants.Where(tenant => string.CompareOrdinal(tenant, after) > 0).Order(StringComparer.Ordinal).Take(limit + 1)];
        await FigureJson.WriteAsync(context, writer =>
        {
            writer.WriteString("since", statistics.Since);
            writer.WriteStartArray("tenants");
            foreach (string tenant in page.Take(limit))
            {
                if (!statistics.TryGet(tenant, out TenantFigures figures)) continue;
                writer.WriteStartObject();
                writer.WriteString("tenant_id", tenant);
                FigureJson.Write(writer, figures);
                writer.WriteNumber("queue_length", load.QueueLength(tenant));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartObject("others");
            FigureJson.Write(writer, statistics.Others);
            writer.WriteEndObject();
            if (page.Length > limit) writer.WriteString("next", page[limit - 1]);
            else writer.WriteNull("next");
        }).ConfigureAwait(false);
    }

    private async Task GetOneAsync(HttpContext context)
    {
        Caller caller = gate.Enter(context);
        string tenant = RouteIds.Read(context).Tenant;
        MonitorAccess.Require(caller, tenant);
        if (!statistics.TryGet(tenant, out TenantFigures figures) && !book.Current.Tenants.ContainsKey(tenant))
            throw RequestRefusal.Unknown("nothing is configured of this tenant, and none of its requests was counted on its own. See GET /api/stats for the tenants there are.");
        await FigureJson.WriteAsync(context, writer =>
        {
            writer.WriteString("tenant_id", tenant);
            writer.WriteString("since", statistics.Since);
            FigureJson.Write(writer, figures);
            writer.WriteNumber("queue_length", load.QueueLength(tenant));
        }).ConfigureAwait(false);
    }

    private static int LimitOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) return DefaultPage;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit is >= 1 and <= MaxPage) return limit;
        throw RequestRefusal.Bad("limit", text, $"limit must be a whole number from 1 to {MaxPage}. Ask for the rest by after, with the next of the answer.");
    }
}
