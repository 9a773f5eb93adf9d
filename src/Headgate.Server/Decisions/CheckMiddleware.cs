using Headgate.Server.Access;
using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>
/// In front of routing: the routes that are asked a thousand times a second go straight to their answers. Whoever writes their paths in another way, or uses
/// another method, gets there by routing, to the same answers.
/// </summary>
internal sealed class CheckMiddleware(RequestDelegate next, CheckRoute check, OwnLimits own)
{
    public Task InvokeAsync(HttpContext context)
    {
        // The service's limits on itself need to know the endpoint and the caller: they stand behind routing.
        if (!own.Apply && HttpMethods.IsPost(context.Request.Method) && RawPath.Is(context, CheckRoute.Path)) return check.AnswerAsync(context);
        return next(context);
    }
}
