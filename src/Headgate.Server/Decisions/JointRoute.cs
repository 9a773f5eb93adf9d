using Headgate.Server.Access;
using Headgate.Server.Http;
using Headgate.Server.Load;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary><c>POST /api/check_and_consume/all</c>: several actions as one decision, all or none.</summary>
internal sealed class JointRoute(DecisionDoor door, Decider decider)
{
    public const string Path = "/api/check_and_consume/all";

    public async Task AnswerAsync(HttpContext context)
    {
        long start = door.Clock.GetTimestamp();
        Caller caller = door.Enter(context);
        JointBody body = await RequestBody.ReadAsync(context, RequestBody.MaxBytes, "Ask for fewer actions, or shorten the ids.", JointBody.Parser).ConfigureAwait(false);
        if ((body.Refusal ?? DecisionDoor.Refuse(caller, body.Values.Tenant!)) is { } refusal)
        {
            await ProblemAnswer.WriteAsync(context, refusal).ConfigureAwait(false);
            return;
        }

        string tenant = body.Values.Tenant!;
        ServiceConfig config = door.Config;
        JointCharges charges = JointCharges.Of(config, body.Parts);
        CancellationToken gone = context.RequestAborted;
        using LoadTurn turn = await door.TakeTurnAsync(config, tenant, 1, gone).ConfigureAwait(false);
        if (!turn.IsEntered)
        {
            door.CountRefused(tenant, turn, start);
            CheckAnswer.SendRefused(context, turn.Outcome, door.Clock);
            return;
        }

        Decided decided;
        try
        {
            decided = await decider.DecideAllAsync(RuleFinder.FailureModeOf(config, tenant), charges.Charges, charges.HoldsPermits, gone).ConfigureAwait(false);
        }
        catch (Exception failure) when (door.CountFailure(failure, tenant))
        {
            throw;
        }

        door.Count(tenant, decided.Decision, turn, start);
        if (decided.Decision.Source == DecisionSource.FailClosed)
        {
            await CheckAnswer.SendClosedAsync(context, decided.Decision).ConfigureAwait(false);
            return;
        }

        bool[] denied = decided.Decision.IsAllowed ? [] : await DeniedAsync(config, charges, gone).ConfigureAwait(false);
        Send(context, decided, turn.Outcome, charges, denied);
    }

    /// <summary>
    /// Which actions would be refused alone. Asked after the decision, which does not tell; others may have given back or taken in between.
    /// </summary>
    private async ValueTask<bool[]> DeniedAsync(ServiceConfig config, JointCharges charges, CancellationToken gone)
    {
        Task<Decision>[] peeks = [.. charges.Parts.Select(part => decider.PeekAsync(config, part.Applied, part.Request, gone).AsTask())];
        Decision[] decisions = await Task.WhenAll(peeks).ConfigureAwait(false);
        return [.. decisions.Select(decision => !decision.IsAllowed)];
    }

    private void Send(HttpContext context, in Decided decided, LoadOutcome outcome, JointCharges charges, bool[] denied)
    {
        AnswerBuffer json = new(CheckAnswer.Capacity);
        try
        {
            CheckAnswer.WriteOpen(ref json, decided.Decision, decided.Lease, outcome, door.Clock);
            if (denied.Length > 0)
            {
                json.Write(",\"denied_by\":["u8);
                bool isFirst = true;
                foreach (string action in charges.Parts.Where((_, i) => denied[i]).Select(part => part.Request.Action).Distinct(StringComparer.Ordinal))
                {
                    if (!isFirst) json.Write(","u8);
                    isFirst = false;
                    json.WriteText(action);
                }

                json.Write("]"u8);
            }

            json.Write("}"u8);
            json.Send(context.Response);
        }
        finally
        {
            json.Dispose();
        }
    }
}
