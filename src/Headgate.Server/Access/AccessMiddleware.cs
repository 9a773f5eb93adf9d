using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Access;

/// <summary>In front of every route: who is not let in reaches none, whether the route asks or not. Health needs no key.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, IAccessGate gate, AuthFailures failures)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (IsOpen(context)) return next(context);
        Caller caller = gate.Enter(context);
        context.Features[typeof(Caller)] = caller;
        return caller.Role == KeyRole.Admin ? next(context) : WatchedAsync(context);
    }

    /// <summary>What answers anybody: health, and endpoints that say so (<c>AllowAnonymous</c>).</summary>
    private static bool IsOpen(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        || context.Request.Path.Equals("/api/health", StringComparison.Ordinal)
        || context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private async Task WatchedAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (RequestRefusal refusal) when (Count(refusal, context))
        {
            throw;
        }
    }

    private bool Count(RequestRefusal refusal, HttpContext context)
    {
        if (refusal.Status == StatusCodes.Status403Forbidden) failures.Add(AuthOutcome.Forbidden, context);
        return false;
    }
}
