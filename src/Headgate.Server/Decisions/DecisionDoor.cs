using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Load;
using Headgate.Server.Statistics;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Decisions;

/// <summary>What stands before every decision: who asks, for whom, and whether it is the tenant's turn; and what counts it afterwards.</summary>
internal sealed class DecisionDoor(ConfigBook book, IAccessGate gate, LoadControl load, TenantStatistics statistics, TimeProvider clock)
{
    /// <summary>What is in force: read it once for a request.</summary>
    public ServiceConfig Config => book.Current;

    public TimeProvider Clock => clock;

    public Caller Enter(HttpContext context) => gate.Enter(context);

    /// <summary>What is wrong if the caller may not ask for the tenant; null if it may.</summary>
    public static RequestRefusal? Refuse(Caller caller, string tenant) => caller.MayDecide(tenant)
        ? null
        : new RequestRefusal(StatusCodes.Status403Forbidden, "this key may not ask for decisions of this tenant. Use a key of the role decide or admin that is for it, or for all.", "tenant_id");

    /// <summary>Waits for the tenant's turn, for so many decisions.</summary>
    public ValueTask<LoadTurn> TakeTurnAsync(ServiceConfig config, string tenant, int decisions, CancellationToken ct)
    {
        ValueTask<LoadTurn> turn = load.EnterAsync(config, tenant, decisions, ct);
        return turn.IsCompletedSuccessfully ? turn : WaitAsync(turn);
    }

    /// <summary>The load gate let nothing in.</summary>
    public void CountRefused(string tenant, in LoadTurn turn, long start, string? action = null) =>
        statistics.Decided(tenant, allowed: false, impossible: false, turn.Outcome, DecisionSource.Store, start, action, turn.Waited);

    public void Count(string tenant, in Decision decision, in LoadTurn turn, long start, string? action = null) =>
        statistics.Decided(tenant, decision.IsAllowed, decision.RetryAfter == Timeout.InfiniteTimeSpan, turn.Outcome, decision.Source, start, action, turn.Waited);

    /// <summary>For a filter of exceptions: counts the failure, and lets it go on. Whoever has left is none.</summary>
    public bool CountFailure(Exception failure, string tenant, string? action = null)
    {
        if (failure is not (OperationCanceledException or RequestRefusal)) statistics.Failed(tenant, action);
        return false;
    }

    private async ValueTask<LoadTurn> WaitAsync(ValueTask<LoadTurn> waiting)
    {
        LoadTurn turn = await waiting.ConfigureAwait(false);
        statistics.Waited(turn.Waited);
        return turn;
    }
}
