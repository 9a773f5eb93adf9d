using Headgate.Server.Access;
using Headgate.Server.Http;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>
/// <c>POST /api/release</c> and <c>POST /api/renew</c>: permits of concurrency limits that are held under a lease. Neither waits at the load gate: what is
/// given back makes room for those who wait there.
/// </summary>
internal sealed class HeldRoutes(DecisionDoor door, Decider decider)
{
    public const string ReleasePath = "/api/release";
    public const string RenewPath = "/api/renew";

    /// <summary>The state of a concurrency limit does not depend on its numbers.</summary>
    private static readonly ActionRule AnyConcurrency = ActionRule.Create(Algorithm.Concurrency, 1, TimeSpan.FromMinutes(1));

    public async Task ReleaseAsync(HttpContext context)
    {
        if (await ReadAsync(context).ConfigureAwait(false) is not { } body) return;
        ServiceConfig config = door.Config;
        bool released = false;
        foreach (DecisionRequest part in body.Parts)
        {
            // The rule may have become another one since. Whoever held permits by any that there may have been gets them back once.
            foreach (ActionRule rule in RulesOf(config, part).Append(AnyConcurrency))
            {
                if (!await decider.ReleaseAsync([ChargeOf(rule, part)], body.Values.Lease).ConfigureAwait(false)) continue;
                released = true;
                break;
            }
        }

        Send(context, "{\"released\":"u8, released);
    }

    public async Task RenewAsync(HttpContext context)
    {
        if (await ReadAsync(context).ConfigureAwait(false) is not { } body) return;
        ServiceConfig config = door.Config;
        bool holds = false, all = true;
        foreach (DecisionRequest part in body.Parts)
        {
            bool renewed = false, any = false;
            foreach (ActionRule rule in RulesOf(config, part))
            {
                any = true;
                renewed = await decider.RenewAsync([ChargeOf(rule, part)], body.Values.Lease, context.RequestAborted).ConfigureAwait(false);
                if (renewed) break;
            }

            holds |= any;
            all &= renewed || !any;
        }

        Send(context, "{\"renewed\":"u8, holds && all);
    }

    private async ValueTask<JointBody?> ReadAsync(HttpContext context)
    {
        Caller caller = door.Enter(context);
        JointBody body = await RequestBody.ReadAsync(context, RequestBody.MaxBytes, "Give fewer actions, or shorten the ids.", JointBody.Held).ConfigureAwait(false);
        if ((body.Refusal ?? DecisionDoor.Refuse(caller, body.Values.Tenant!)) is not { } refusal) return body;
        await ProblemAnswer.WriteAsync(context, refusal).ConfigureAwait(false);
        return null;
    }

    /// <summary>The configured rules that hold permits, the one that applies first.</summary>
    private static IEnumerable<ActionRule> RulesOf(ServiceConfig config, DecisionRequest part)
    {
        if (config.Tenants.TryGetValue(part.Tenant, out TenantConfig? tenant))
        {
            if (tenant.Clients.TryGetValue(part.Client, out var own) && own.TryGetValue(part.Action, out ActionRule? rule) && Holds(rule)) yield return rule;
            if (tenant.Actions.TryGetValue(part.Action, out rule) && Holds(rule)) yield return rule;
        }

        if (Holds(config.Global.DefaultRule)) yield return config.Global.DefaultRule;
    }

    private static bool Holds(ActionRule rule) => new AppliedRule(rule, RuleSource.Default).HoldsPermits;

    private static Charge ChargeOf(ActionRule rule, DecisionRequest part) => Decider.ChargeOf(new AppliedRule(rule, RuleSource.Default), part);

    private static void Send(HttpContext context, ReadOnlySpan<byte> start, bool done)
    {
        AnswerBuffer json = new(CheckAnswer.Capacity);
        try
        {
            json.Write(start);
            json.Write(done);
            json.Write("}"u8);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }
}
