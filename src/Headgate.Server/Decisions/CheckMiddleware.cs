using Headgate.Server.Access;
using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Server.Decisions;

/// <summary>
/// In front of routing: the route that is asked a thousand times as often as any other goes straight to its answer. Whoever writes its path in another way
/// gets there by routing, to the same answer.
/// </summary>
internal sealed class CheckMiddleware(RequestDelegate next, CheckRoute check, OwnLimits own)
{
    /// <summary>What metrics and traces name the route by.</summary>
    private readonly Endpoint _endpoint = new RouteEndpointBuilder(check.AnswerAsync, RoutePatternFactory.Parse(CheckRoute.Path), 0).Build();

    public Task InvokeAsync(HttpContext context)
    {
        // The service's limits on itself need to know the endpoint and the caller: they stand behind routing.
        if (own.Apply || !HttpMethods.IsPost(context.Request.Method) || !RawPath.Is(context, CheckRoute.Path)) return next(context);
        context.SetEndpoint(_endpoint);
        return check.AnswerAsync(context);
    }
}
