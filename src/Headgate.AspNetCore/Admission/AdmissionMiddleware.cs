using Headgate.AspNetCore.Paths;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Admission;

/// <summary>Lets requests in, at once or in turn, and holds their place until the rest of the pipeline has returned.</summary>
internal sealed class AdmissionMiddleware(RequestDelegate next, FairGate gate, FlowReader flows, HeadgateAdmissionOptions options, AdmissionTelemetry telemetry)
{
    /// <summary>While a place is free it does not matter whose it becomes: nobody's identity is worked out.</summary>
    private static readonly FairFlow Anybody = new("");

    private readonly RequestExemptions? _exempt = options.Exempt.Paths.Count + options.Exempt.Methods.Count == 0 ? null : new RequestExemptions(options.Exempt);
    private readonly BusyAnswer _refusal = new(options.RetryAfter);

    public Task InvokeAsync(HttpContext context)
    {
        // An error page is made by running the pipeline once more; it must not wait behind those for whom there was no room.
        if (HeadgateMiddleware.IsRepeated(context) || context.GetEndpoint()?.Metadata.GetMetadata<IDisableHeadgateAdmission>() is not null) return next(context);
        if (_exempt is not null && _exempt.Applies(context)) return next(context);
        if (!gate.TryEnter(Anybody, out FairPass pass)) return WaitAsync(context);
        telemetry.Answered(pass);
        return RunAsync(context, pass);
    }

    private async Task WaitAsync(HttpContext context)
    {
        FairPass pass;
        try
        {
            pass = await gate.EnterAsync(flows.FlowOf(context), flows.CostOf(context), context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered. The status is for the access log.
            telemetry.Cancelled();
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        telemetry.Answered(pass);
        await (pass.IsEntered ? RunAsync(context, pass) : _refusal.WriteAsync(context)).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context, FairPass pass)
    {
        using (pass) await next(context).ConfigureAwait(false);
    }
}
