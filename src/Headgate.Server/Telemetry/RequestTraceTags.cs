using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Server.Telemetry;

/// <summary>Outermost, and only where traces are sent: gives the span of a request its route and its status, which the framework does not say.</summary>
internal sealed class RequestTraceTags(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        Activity? span = Activity.Current;
        await next(context).ConfigureAwait(false);
        if (span is not { IsAllDataRequested: true }) return;
        int status = context.Response.StatusCode;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError) span.SetStatus(ActivityStatusCode.Error);
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route }) return;
        span.SetTag("http.route", route);
        span.DisplayName = $"{context.Request.Method} {route}";
    }
}
