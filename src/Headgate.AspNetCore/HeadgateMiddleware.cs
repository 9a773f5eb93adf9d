using Headgate.AspNetCore.Answers;
using Headgate.AspNetCore.Observability;
using Headgate.AspNetCore.Paths;
using Headgate.AspNetCore.Requests;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore;

/// <summary>Limits requests: finds the plan of the endpoint, asks once, and refuses or lets through.</summary>
/// <remarks>
/// The way of one policy that only decides takes no state machine where the store answers at once, and allocates nothing but what it tells
/// later parts of the pipeline. All else goes through <see cref="RequestRun"/>.
/// </remarks>
internal sealed class HeadgateMiddleware
{
    private readonly RequestDelegate _next;
    private readonly HeadgateServices _services;
    private readonly RateLimitPolicies _policies;
    private readonly AnswerWriter _answers;
    private readonly Refusals _refusals;
    private readonly RequestTelemetry _telemetry;
    private readonly PlanBuilder _builder;
    private readonly PlanCache _plans;
    private readonly RequestRun _run;
    private readonly RequestExemptions? _exempt;
    private readonly bool _exposes;

    public HeadgateMiddleware(RequestDelegate next, HeadgateOptions options, HeadgateServices services)
    {
        _next = next;
        _services = services;
        _policies = services.Policies;
        _answers = new AnswerWriter(options.Answers);
        _refusals = services.Refusals;
        _telemetry = services.Telemetry;
        _builder = new PlanBuilder(options, _policies);
        _plans = new PlanCache(_builder.Build);
        _run = new RequestRun(next, _answers, services, options.ExposeDecision);
        _exposes = options.ExposeDecision;
        _exempt = options.Exempt.Paths.Count + options.Exempt.Methods.Count == 0 ? null : new RequestExemptions(options.Exempt);
    }

    public Task InvokeAsync(HttpContext context)
    {
        PolicySnapshot current = _policies.Current;
        RequestResources resources = _builder.ResourcesOf(current);
        RequestPlan plan = _plans.Get(current, EndpointOf(context), resources.Routes?.Match(context));
        if (plan.Group is null || IsRepeated(context) || (_services.Uses > 1 && !IsFirst(context)) || (_exempt is not null && _exempt.Applies(context))) return _next(context);
        if (plan.Only is not { } use || !resources.ExemptKeys.IsEmpty) return _run.RunAsync(context, plan, resources);

        if (!use.Keys.TryKeyOf(context, out string key) && resources.NoIdentity != NoIdentity.SharedBucket) return _run.RunAsync(context, plan, resources);
        ActiveLimit limit = use.Policy.LimitOf(key);
        if (limit.IsInMemory) return Answer(context, use, key, limit, limit.Limiter.Acquire(key, use.FixedCost!.Value));

        // Not cancelled with the request: the charge would be made and nobody know.
        ValueTask<Decision> asked = RequestActivity.Listens ? TracedAsync(use, key, limit) : limit.Limiter.AcquireAsync(key, use.FixedCost!.Value);
        return asked.IsCompletedSuccessfully
            ? Answer(context, use, key, limit, asked.Result)
            : AnswerAsync(context, use, key, limit, asked);
    }

    // Apart, so that a request that nobody traces pays for no closure.
    private static ValueTask<Decision> TracedAsync(PolicyUse use, string key, ActiveLimit limit) =>
        RequestActivity.TraceAsync(use.Policy.Name, () => limit.Limiter.AcquireAsync(key, use.FixedCost!.Value));

    private async Task AnswerAsync(HttpContext context, PolicyUse use, string key, ActiveLimit limit, ValueTask<Decision> asked) =>
        await Answer(context, use, key, limit, await asked.ConfigureAwait(false)).ConfigureAwait(false);

    private Task Answer(HttpContext context, PolicyUse use, string key, ActiveLimit limit, in Decision decision)
    {
        if (_exposes) context.Features.Set<IHeadgateFeature>(new HeadgateFeature(decision, use.Names));
        if (decision.IsAllowed && decision.ShadowDeniedBy is null) _telemetry.Decided(use.Policy.Name, decision);
        else _refusals.Add(use.Policy.Name, key, decision);
        if (!decision.IsAllowed) return _answers.RefuseAsync(context, [use.Policy], [limit], decision).AsTask();
        _answers.WriteFields(context, limit, decision);
        return _next(context);
    }

    /// <summary>True for a request that comes by again: an error page is made by running the pipeline once more. What was decided is decided.</summary>
    internal static bool IsRepeated(HttpContext context) =>
        context.Features[typeof(IExceptionHandlerFeature)] is not null || context.Features[typeof(IStatusCodeReExecuteFeature)] is not null;

    /// <summary>False for a request that has passed the middleware in a branch that led back. Asked only where there is more than one.</summary>
    private static bool IsFirst(HttpContext context)
    {
        if (context.Features[typeof(Passed)] is not null) return false;
        context.Features[typeof(Passed)] = Passed.Once;
        return true;
    }

    // By type, here and above: a call of the generic method through the interface costs more than the look-up that it makes.
    private static Endpoint? EndpointOf(HttpContext context) => (context.Features[typeof(IEndpointFeature)] as IEndpointFeature)?.Endpoint;

    private sealed class Passed
    {
        public static readonly Passed Once = new();
    }
}
