using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Server.Decisions;

/// <summary>
/// In front of routing: the route that is asked a thousand times as often as any other goes straight to its answer. Whoever writes its path in another way
/// gets there by routing, to the same answer.
/// </summary>
internal sealed class CheckMiddleware(RequestDelegate next, CheckRoute check)
{
    /// <summary>What metrics and traces name the route by.</summary>
    private readonly Endpoint _endpoint = new RouteEndpointBuilder(check.AnswerAsync, RoutePatternFactory.Parse(CheckRoute.Path), 0).Build();

    public Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || !RawPath.Is(context, CheckRoute.Path)) return next(context);
        context.SetEndpoint(_endpoint);
        return check.AnswerAsync(context);
    }
}
