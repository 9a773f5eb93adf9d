using Headgate.AspNetCore.Answers;
using Headgate.AspNetCore.Observability;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore.Requests;

/// <summary>
/// A request that may wait, hold permits, be settled, or that several policies decide about. Asks, lets it through or refuses it, and sees to
/// it that what it holds comes back when its response has ended, however it ends.
/// </summary>
internal sealed class RequestRun(RequestDelegate next, AnswerWriter answers, HeadgateServices services, bool exposes)
{
    private readonly RequestTelemetry _telemetry = services.Telemetry;

    public async Task RunAsync(HttpContext context, RequestPlan plan, RequestResources resources)
    {
        // What is registered last for the end of a response is called first. The request's services register their own end when they are
        // first asked for, and what settles a cost may need them: theirs must stand there before ours does.
        if (plan.IsSettled) _ = context.RequestServices;
        Asking asking = Asking.Of(plan, resources, context);
        if (asking.Refusal is { } refusal)
        {
            _telemetry.Ended(plan.Uses[0].Policy.Name, RequestOutcome.Invalid);
            await InvalidRequest.RefuseAsync(context, refusal, asking.IsUnidentified).ConfigureAwait(false);
            return;
        }

        if (asking.Group is not { } group)
        {
            _telemetry.Ended(plan.Uses[0].Policy.Name, RequestOutcome.Exempt);
            await next(context).ConfigureAwait(false);
            return;
        }

        ConcurrencyLease? lease = null;
        Decision decision;
        try
        {
            if (group.HoldsPermits) lease = await EnterAsync(context, group, asking.Charges).ConfigureAwait(false);
            decision = lease?.Decision ?? await DecideAsync(context, group, asking.Charges).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered. The status is for the access log.
            _telemetry.Ended(asking.Charges[0].Policy, RequestOutcome.Cancelled);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        HeadgateFeature feature = new(decision, Array.ConvertAll(asking.Charges, charge => charge.Policy));
        if (exposes || plan.IsSettled) context.Features.Set<IHeadgateFeature>(feature);
        if (!decision.IsAllowed)
        {
            Record(asking, decision);
            await answers.RefuseAsync(context, Array.ConvertAll(asking.Uses, use => use.Policy), asking.Limits, decision).ConfigureAwait(false);
            return;
        }

        await RunNextAsync(context, asking, feature, lease).ConfigureAwait(false);
    }

    private async Task RunNextAsync(HttpContext context, Asking asking, HeadgateFeature feature, ConcurrencyLease? lease)
    {
        RequestTelemetry.Span held = default;
        async Task EndAsync()
        {
            try
            {
                if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The response has ended: nobody is there to be told but the log, and what follows must not be lost.
                services.Settlement.NotEnded(e);
            }

            _telemetry.EndLease(held);
            await services.Settlement.SettleAsync(context, asking, feature).ConfigureAwait(false);
        }

        // Before anything else that may fail: what is held comes back in any case.
        bool endsLater = KnowsWhenResponseEnds(context);
        if (endsLater) context.Response.OnCompleted(EndAsync);
        try
        {
            if (lease is not null) held = _telemetry.StartLease(asking.Charges[0].Policy);
            Record(asking, feature.Decision);
            answers.WriteFields(context, asking.Limits, feature.Decision);
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            if (!endsLater) await EndAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<ConcurrencyLease> EnterAsync(HttpContext context, PolicyGroup group, PolicyCharge[] charges)
    {
        if (group.MaxWait == TimeSpan.Zero) return await group.EnterAsync(charges, CancellationToken.None).ConfigureAwait(false);
        RequestTelemetry.Span wait = _telemetry.StartWait(charges[0].Policy);
        RequestOutcome outcome = RequestOutcome.Cancelled;
        try
        {
            ConcurrencyLease lease = await group.EnterAsync(charges, context.RequestAborted).ConfigureAwait(false);
            outcome = RequestOutcomes.Of(lease.Decision);
            return lease;
        }
        finally
        {
            _telemetry.EndWait(wait, outcome);
        }
    }

    /// <summary>An answer that is not waited for is not cancelled either: the charge would be made and nobody know.</summary>
    private async ValueTask<Decision> DecideAsync(HttpContext context, PolicyGroup group, PolicyCharge[] charges)
    {
        if (group.MaxWait == TimeSpan.Zero) return await group.AcquireAsync(charges, CancellationToken.None).ConfigureAwait(false);
        RequestTelemetry.Span wait = _telemetry.StartWait(charges[0].Policy);
        RequestOutcome outcome = RequestOutcome.Cancelled;
        try
        {
            Decision decision = await RequestActivity.TraceAsync(charges[0].Policy, () => group.WaitAsync(charges, context.RequestAborted)).ConfigureAwait(false);
            outcome = RequestOutcomes.Of(decision);
            if (decision.IsAllowed && decision.Delay > TimeSpan.Zero) _telemetry.Delayed(charges[0].Policy, decision.Delay);
            return decision;
        }
        finally
        {
            _telemetry.EndWait(wait, outcome);
        }
    }

    private void Record(Asking asking, in Decision decision)
    {
        int decider = 0;
        for (int i = 0; i < asking.Limits.Length && decision.DecidedBy is { } label; i++)
        {
            if (!PolicyDecider.Has(asking.Limits[i].Limit, label)) continue;
            decider = i;
            break;
        }

        PolicyCharge charge = asking.Charges[decider];
        if (decision.IsAllowed && decision.ShadowDeniedBy is null) _telemetry.Decided(charge.Policy, decision);
        else services.Refusals.Add(charge.Policy, charge.Key, decision);
    }

    /// <summary>A context that no server made does not: what is registered there is never called.</summary>
    private static bool KnowsWhenResponseEnds(HttpContext context) => context.Features.Get<IHttpResponseFeature>() is { } response and not HttpResponseFeature;
}
