using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>
/// In front of routing: the routes that are asked a thousand times a second go straight to their answers. Whoever writes their paths in another way, or uses
/// another method, gets there by routing, to the same answers.
/// </summary>
internal sealed class CheckMiddleware(RequestDelegate next, CheckRoute check)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (HttpMethods.IsPost(context.Request.Method) && RawPath.Is(context, CheckRoute.Path)) return check.AnswerAsync(context);
        return next(context);
    }
}
