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

    public ValueTask<LoadTurn> TakeTurnAsync(ServiceConfig config, string tenant, int cost, CancellationToken ct) => load.EnterAsync(config, tenant, cost, ct);

    /// <summary>The load gate let nothing in.</summary>
    public void CountRefused(string tenant, LoadOutcome outcome, long start) => statistics.Decided(tenant, allowed: false, impossible: false, outcome, DecisionSource.Store, start);

    public void Count(string tenant, in Decision decision, LoadOutcome outcome, long start) =>
        statistics.Decided(tenant, decision.IsAllowed, decision.RetryAfter == Timeout.InfiniteTimeSpan, outcome, decision.Source, start);

    public void CountFailure(string tenant) => statistics.Failed(tenant);
}
