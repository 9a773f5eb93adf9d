namespace Headgate.Server.Decisions;

/// <summary>Decides: finds the limit, charges it, on the store of the tenant's failure mode. Thread-safe.</summary>
internal sealed class Decider(IRateLimitStore store)
{
    public ValueTask<Decision> DecideAsync(AppliedRule applied, in DecisionRequest request, CancellationToken ct) =>
        store.AcquireAsync(ChargeOf(applied, request), ct);

    public ValueTask<Decision> PeekAsync(AppliedRule applied, in DecisionRequest request, CancellationToken ct) =>
        store.PeekAsync(new[] { ChargeOf(applied, request) }, ct);

    private static Charge ChargeOf(AppliedRule applied, in DecisionRequest request) =>
        new(DecisionKey.Of(request.Tenant, request.Client), applied.Rule.Limit, request.Cost) { Namespace = DecisionKey.Namespace(request.Action) };
}
