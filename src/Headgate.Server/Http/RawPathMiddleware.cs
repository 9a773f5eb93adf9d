using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.Server.Http;

/// <summary>In front of routing: no path leads to another than the one that was written.</summary>
internal sealed class RawPathMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (RawPath.Of(context) is { } path)
        {
            RawPath.RefuseDots(path);
            // Of a target with a scheme and a host the server has decoded slashes too.
            if (!(context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "").StartsWith('/')) context.Request.Path = RawPath.ForRouting(path);
        }

        return next(context);
    }
}
