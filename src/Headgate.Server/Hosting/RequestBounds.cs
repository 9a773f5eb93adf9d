using System.Globalization;
using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Hosting;

/// <summary>
/// Outermost on the way of a request: ends what takes too long with 503, and while the service is stopping asks callers to open another connection.
/// </summary>
internal sealed class RequestBounds(RequestDelegate next, Drain drain, ServeOptions options, TimeProvider clock)
{
    private readonly string _late = string.Create(
        CultureInfo.InvariantCulture,
        $"The request took longer than {options.RequestTimeout.TotalSeconds:0.###} s (--request-timeout), and was ended. Whether it consumed is not known.");

    public Task InvokeAsync(HttpContext context)
    {
        if (drain.IsDraining && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.OnStarting(CloseBehindAsync, context);
        RequestWatch? watch = HttpProtocol.IsHttp2(context.Request.Protocol) ? null : context.Features.Get<RequestWatch>();
        return watch is null ? TimeAsync(context) : WatchAsync(context, watch);
    }

    private async Task WatchAsync(HttpContext context, RequestWatch watch)
    {
        context.RequestAborted = watch.Token;
        watch.Begin();
        try
        {
            await next(context).ConfigureAwait(false);
            // The stop was asked for while it was at work.
            if (drain.IsDraining && !context.Response.HasStarted && HttpProtocol.IsHttp11(context.Request.Protocol)) context.Response.Headers.Connection = "close";
        }
        catch (OperationCanceledException) when (watch.Token.IsCancellationRequested)
        {
            await AnswerAsync(context, watch.IsLate).ConfigureAwait(false);
        }
        finally
        {
            watch.End();
        }
    }

    /// <summary>Many requests of an HTTP/2 connection are at work at once: each has a timer.</summary>
    private async Task TimeAsync(HttpContext context)
    {
        using CancellationTokenSource late = new(options.RequestTimeout, clock);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        context.RequestAborted = end.Token;
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            await AnswerAsync(context, late.IsCancellationRequested).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext context, bool isLate)
    {
        // Whoever has left reads no answer.
        if (!isLate) return Task.CompletedTask;
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.OnStarting(CloseBehindAsync, context);
        return ProblemAnswer.WriteAsync(context, new RequestRefusal(StatusCodes.Status503ServiceUnavailable, _late));
    }

    private static Task CloseBehindAsync(object state)
    {
        ((HttpContext)state).Response.Headers.Connection = "close";
        return Task.CompletedTask;
    }
}
