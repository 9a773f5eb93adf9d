using System.Globalization;
using Headgate.AspNetCore.Observability;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Headgate.AspNetCore.Admin;

/// <summary>The admin endpoints: path, query and body in, answers out.</summary>
internal sealed class AdminRoutes(AdminEndpoint endpoint, AdminRules rules, AdminKeys keys, IRefusedKeys refused, ILogger log)
{
    /// <summary>How the name of the first operation ends.</summary>
    public const string First = "ListRules";

    private const int MaxTop = 1_000;

    public void Map(RouteGroupBuilder group, string name)
    {
        AdminEndpoint.Describe(
            group.MapGet("rules", endpoint.Behind(ListAsync)),
            name + First, "Lists policies and callers with a limit of their own.",
            (string? policy, int skip, int take) => { }, null, (200, typeof(RuleList)));
        AdminEndpoint.Describe(
            group.MapPost("rules", endpoint.Behind(SetAsync)),
            name + "SetRule", "Creates or replaces a policy, or a caller's own limit.",
            () => { }, typeof(RuleBody), (200, typeof(RuleView)), (201, typeof(RuleView)));
        AdminEndpoint.Describe(
            group.MapDelete("rules/{**key}", endpoint.Behind(DeleteAsync)),
            name + "DeleteRule", "Deletes a policy, or a caller's own limit.",
            (string key, string? policy) => { }, null, (204, null));
        AdminEndpoint.Describe(
            group.MapGet("stats/{**key}", endpoint.Behind(StatsAsync)),
            name + "GetStats", "Shows what a key has left. Consumes nothing.",
            (string key, string? policy, long cost) => { }, null, (200, typeof(KeyStats)));
        AdminEndpoint.Describe(
            group.MapPost("reset/{**key}", endpoint.Behind(ResetAsync)),
            name + "ResetKey", "Forgets what a key has consumed.",
            (string key, string? policy) => { }, null, (200, typeof(ResetAnswer)));
        AdminEndpoint.Describe(
            group.MapPost("update-rule", endpoint.Behind(UpdateAsync)),
            name + "UpdateRule", "Gives a client a token bucket of its own, at once. What was consumed stays consumed.",
            () => { }, typeof(UpdateBody), (200, typeof(RuleView)));
        AdminEndpoint.Describe(
            group.MapGet("top", endpoint.Behind(TopAsync)),
            name + "TopRefused", "Lists the most refused keys.",
            (int count) => { }, null, (200, typeof(RefusedKeyList)));
    }

    private Task ListAsync(HttpContext context, string who)
    {
        int skip = (int)Number(context, "skip", 0, 0, int.MaxValue);
        int take = (int)Number(context, "take", 1_000, 1, AdminRules.MaxRules);
        return AdminEndpoint.AnswerAsync(context, rules.List(Policy(context), skip, take), AdminJson.Default.RuleList);
    }

    private async Task SetAsync(HttpContext context, string who)
    {
        RuleBody body = RuleBody.Read(await AdminBody.ReadAsync(context).ConfigureAwait(false));
        (RuleView rule, bool isNew) = rules.Set(body);
        AdminLog.Changed(log, who, rule, isNew);
        await AdminEndpoint.AnswerAsync(context, rule, AdminJson.Default.RuleView, isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK).ConfigureAwait(false);
    }

    private Task DeleteAsync(HttpContext context, string who)
    {
        RuleView gone = rules.Remove(KeyText.OfPath(context), Policy(context));
        AdminLog.Deleted(log, who, gone);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private async Task StatsAsync(HttpContext context, string who)
    {
        string key = KeyText.OfPath(context);
        long cost = Number(context, "cost", 1, 1, RequestCost.MaxCost);
        KeyStats stats = await keys.StatsAsync(key, Policy(context), cost, context.RequestAborted).ConfigureAwait(false);
        await AdminEndpoint.AnswerAsync(context, stats, AdminJson.Default.KeyStats).ConfigureAwait(false);
    }

    private async Task ResetAsync(HttpContext context, string who)
    {
        string key = KeyText.OfPath(context);
        ResetAnswer answer = await keys.ResetAsync(key, Policy(context), context.RequestAborted).ConfigureAwait(false);
        AdminLog.Reset(log, who, answer);
        await AdminEndpoint.AnswerAsync(context, answer, AdminJson.Default.ResetAnswer).ConfigureAwait(false);
    }

    private async Task UpdateAsync(HttpContext context, string who)
    {
        UpdateBody body = UpdateBody.Read(await AdminBody.ReadAsync(context).ConfigureAwait(false));
        RuleView rule = rules.Update(body);
        AdminLog.Changed(log, who, rule, isNew: false);
        await AdminEndpoint.AnswerAsync(context, rule, AdminJson.Default.RuleView).ConfigureAwait(false);
    }

    private Task TopAsync(HttpContext context, string who)
    {
        int count = (int)Number(context, "count", 20, 1, MaxTop);
        RefusedKeyView[] top = [.. refused.Top(count).Select(one => new RefusedKeyView(one.Policy, one.Key, one.Refusals, one.Overcount, one.Caller, one.Since))];
        return AdminEndpoint.AnswerAsync(context, new RefusedKeyList(top), AdminJson.Default.RefusedKeyList);
    }

    /// <summary>The policy of the query, which must be there; null if it names none.</summary>
    private string? Policy(HttpContext context)
    {
        StringValues named = context.Request.Query["policy"];
        return named.Count switch
        {
            0 => null,
            1 => rules.Known(named[0]!).Name,
            _ => throw AdminRefusal.Bad("policy", named.ToString(), "policy is given several times; give it once."),
        };
    }

    private static long Number(HttpContext context, string name, long otherwise, long least, long most)
    {
        StringValues text = context.Request.Query[name];
        if (text.Count == 0) return otherwise;
        if (text.Count == 1 && long.TryParse(text[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most) return number;
        string shown = text.ToString();
        throw AdminRefusal.Bad(name, shown, $"{name} is '{(shown.Length > 60 ? shown[..60] : shown)}'; it must be a number between {least} and {most}.");
    }
}
