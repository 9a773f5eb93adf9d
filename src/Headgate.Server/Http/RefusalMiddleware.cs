using Headgate.Server.Changes;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Http;

/// <summary>Turns what is thrown on the way of a request into its answer. What nobody thought of is a 500 without details.</summary>
internal sealed class RefusalMiddleware(RequestDelegate next)
{
    /// <summary>When to come again while something is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { HasStarted: false, ContentType: null, ContentLength: null } && NoRoute(context) is { } unrouted)
                await ProblemAnswer.WriteAsync(context, unrouted).ConfigureAwait(false);
        }
        catch (RequestRefusal refusal)
        {
            await ProblemAnswer.WriteAsync(context, refusal).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            await ProblemAnswer.WriteAsync(context, new RequestRefusal(bad.StatusCode, bad.Message)).ConfigureAwait(false);
        }
        catch (Exception unavailable) when (unavailable is ConfigUnavailableException or StoreUnavailableException)
        {
            await ProblemAnswer.WriteAsync(context, new RequestRefusal(StatusCodes.Status503ServiceUnavailable, unavailable.Message) { RetryAfter = Pause }).ConfigureAwait(false);
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked has gone in the middle of a body: there is nobody to answer, and nothing went wrong here.
            context.Abort();
        }
    }

    /// <summary>Routing answers with a status alone.</summary>
    private static RequestRefusal? NoRoute(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => RequestRefusal.Unknown("there is no such route. See /openapi/v1.json for those that there are."),
        StatusCodes.Status405MethodNotAllowed => new RequestRefusal(StatusCodes.Status405MethodNotAllowed, $"this route does not take {Method(context)}; it takes {context.Response.Headers.Allow}.")
        {
            Header = new("Allow", context.Response.Headers.Allow.ToString()),
        },
        _ => null,
    };

    private static string Method(HttpContext context) => context.Request.Method is { Length: <= 20 } method ? method : "this method";
}
