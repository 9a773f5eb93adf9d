using Headgate.Server.Access;
using Headgate.Server.Http;
using Headgate.Server.Load;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary><c>POST /api/check_and_consume</c>: one decision.</summary>
internal sealed class CheckRoute(DecisionDoor door, Decider decider)
{
    public const string Path = "/api/check_and_consume";

    public async Task AnswerAsync(HttpContext context)
    {
        long start = door.Clock.GetTimestamp();
        Caller caller = door.Enter(context);
        CheckBody body = await RequestBody.ReadAsync(context, RequestBody.MaxBytes, "Shorten the ids.", CheckBody.Parser).ConfigureAwait(false);
        if ((body.Refusal ?? DecisionDoor.Refuse(caller, body.Values.Tenant!)) is { } refusal)
        {
            await ProblemAnswer.WriteAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        DecisionRequest request = body.Values.ToRequest();
        ServiceConfig config = door.Config;
        AppliedRule applied = RuleFinder.Find(config, request);
        CancellationToken gone = context.RequestAborted;
        using LoadTurn turn = await door.TakeTurnAsync(config, request.Tenant, 1, gone).ConfigureAwait(false);
        if (!turn.IsEntered)
        {
            door.CountRefused(request.Tenant, turn, start, request.Action);
            CheckAnswer.SendRefused(context, turn.Outcome, door.Clock);
            return;
        }

        Decided decided;
        try
        {
            decided = await decider.DecideAsync(config, applied, request, gone).ConfigureAwait(false);
        }
        catch (Exception failure) when (door.CountFailure(failure, request.Tenant, request.Action))
        {
            throw;
        }

        door.Count(request.Tenant, decided.Decision, turn, start, request.Action);
        if (decided.Decision.Source == DecisionSource.FailClosed) await CheckAnswer.SendClosedAsync(context, decided.Decision).ConfigureAwait(false);
        else Send(context, decided, turn.Outcome);
    }

    private void Send(HttpContext context, in Decided decided, LoadOutcome outcome)
    {
        AnswerBuffer json = new(CheckAnswer.Capacity);
        try
        {
            CheckAnswer.WriteOpen(ref json, decided.Decision, decided.Lease, outcome, door.Clock);
            json.Write("}"u8);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }
}
