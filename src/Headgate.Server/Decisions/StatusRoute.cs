using Headgate.Server.Access;
using Headgate.Server.Http;
using Headgate.Server.Load;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary><c>GET /api/status/{tenant_id}/{client_id}/{action_type}</c>: what a check would be answered now. Consumes nothing.</summary>
internal sealed class StatusRoute(DecisionDoor door, Decider decider)
{
    public const string Pattern = "/api/status/{tenant_id}/{client_id}/{action_type}";

    private static readonly string[] Sources = ["client", "tenant", "request", "default"];

    public async Task AnswerAsync(HttpContext context)
    {
        Caller caller = door.Enter(context);
        RouteIds ids = RouteIds.Read(context);
        if (DecisionDoor.Refuse(caller, ids.Tenant) is { } refusal) throw refusal;
        CheckValues numbers = StatusQuery.Read(context);
        DecisionRequest request = new(ids.Tenant, ids.Client, ids.Action, numbers.Cost, numbers.MaxRequests, numbers.Window);
        ServiceConfig config = door.Config;
        AppliedRule applied = RuleFinder.Find(config, request);
        CancellationToken gone = context.RequestAborted;
        using LoadTurn turn = await door.TakeTurnAsync(config, request.Tenant, 1, gone).ConfigureAwait(false);
        if (!turn.IsEntered)
        {
            CheckAnswer.SendRefused(context, turn.Outcome, door.Clock);
            return;
        }

        Decision decision = await decider.PeekAsync(config, applied, request, gone).ConfigureAwait(false);
        if (decision.Source == DecisionSource.FailClosed) await CheckAnswer.SendClosedAsync(context, decision).ConfigureAwait(false);
        else Send(context, decision, applied, turn.Outcome);
    }

    private void Send(HttpContext context, in Decision decision, in AppliedRule applied, LoadOutcome outcome)
    {
        // What is left is over in a moment.
        context.Response.Headers.CacheControl = "no-store";
        AnswerBuffer json = new(CheckAnswer.Capacity);
        try
        {
            CheckAnswer.WriteOpen(ref json, decision, LeaseId.None, outcome, door.Clock);
            json.Write(",\"limit\":"u8);
            json.Write(decision.Limit);
            json.Write(",\"algorithm\":"u8);
            json.WriteText(NodeNames.Of(applied.Rule.Algorithm));
            json.Write(",\"limit_source\":"u8);
            json.WriteText(Sources[(int)applied.Source]);
            json.Write("}"u8);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }
}
