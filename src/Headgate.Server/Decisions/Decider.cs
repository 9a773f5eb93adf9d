using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>A decision, and the name of the permits that it holds.</summary>
/// <param name="Decision">What the limit said.</param>
/// <param name="Lease">Under what its permits are held; none if there are none to give back.</param>
internal readonly record struct Decided(Decision Decision, LeaseId Lease);

/// <summary>Charges the limit that applies, on the store, whose failures are met as the tenant wants it. Thread-safe.</summary>
internal sealed class Decider
{
    /// <summary>Memory does not fail, and answers without waiting.</summary>
    private readonly IRateLimitStore? _memory;

    /// <summary>By failure mode.</summary>
    private readonly StoreFailover[] _stores;

    public Decider(IRateLimitStore store, TimeProvider clock)
    {
        _memory = store is IFailureModeStore ? null : store;
        LocalStore local = new(clock);
        _stores = [.. Enum.GetValues<FailureMode>().Order().Select(mode => new StoreFailover(store, mode, local))];
    }

    public ValueTask<Decided> DecideAsync(ServiceConfig config, in AppliedRule applied, in DecisionRequest request, CancellationToken ct)
    {
        Charge charge = ChargeOf(applied, request);
        if (request.Cost > 0 && applied.HoldsPermits) return EnterAsync(RuleFinder.FailureModeOf(config, request.Tenant), [charge], ct);
        if (_memory is null) return AcquireAsync(RuleFinder.FailureModeOf(config, request.Tenant), charge, ct);
        ValueTask<Decision> decision = _memory.AcquireAsync(charge, ct);
        return decision.IsCompletedSuccessfully ? new(new Decided(decision.Result, LeaseId.None)) : Finish(decision);

        static async ValueTask<Decided> Finish(ValueTask<Decision> decision) => new(await decision.ConfigureAwait(false), LeaseId.None);
    }

    /// <summary>What would be decided now. Changes nothing.</summary>
    public ValueTask<Decision> PeekAsync(ServiceConfig config, in AppliedRule applied, in DecisionRequest request, CancellationToken ct) =>
        StoreOf(RuleFinder.FailureModeOf(config, request.Tenant)).PeekAsync([ChargeOf(applied, request)], ct);

    /// <summary>Charges all or none, and holds the permits of all under one name.</summary>
    public ValueTask<Decided> DecideAllAsync(FailureMode mode, Charge[] charges, bool holdsPermits, CancellationToken ct) =>
        holdsPermits ? EnterAsync(mode, charges, ct) : AcquireAllAsync(mode, charges, ct);

    public ValueTask<bool> RenewAsync(Charge[] charges, LeaseId lease, CancellationToken ct) => _stores[0].RenewAsync(charges, lease, DecisionSource.Store, ct);

    public ValueTask<bool> ReleaseAsync(Charge[] charges, LeaseId lease) => _stores[0].ReleaseAsync(charges, lease, DecisionSource.Store);

    public static Charge ChargeOf(in AppliedRule applied, in DecisionRequest request) =>
        new(DecisionKey.Of(request.Tenant, request.Client), applied.Rule.Limit, request.Cost) { Namespace = DecisionKey.Namespace(request.Action) };

    private StoreFailover StoreOf(FailureMode mode) => _stores[(int)mode];

    private async ValueTask<Decided> AcquireAsync(FailureMode mode, Charge charge, CancellationToken ct) =>
        new(await StoreOf(mode).AcquireAsync(charge, ct).ConfigureAwait(false), LeaseId.None);

    private async ValueTask<Decided> AcquireAllAsync(FailureMode mode, Charge[] charges, CancellationToken ct) =>
        new(await StoreOf(mode).EnterAsync(charges, LeaseId.None, ct).ConfigureAwait(false), LeaseId.None);

    private async ValueTask<Decided> EnterAsync(FailureMode mode, Charge[] charges, CancellationToken ct)
    {
        LeaseId lease = LeaseText.Create();
        Decision decision = await StoreOf(mode).EnterAsync(charges, lease, ct).ConfigureAwait(false);
        // Nothing is held where nobody was asked.
        return new(decision, decision is { IsAllowed: true, Source: not DecisionSource.FailOpen } ? lease : LeaseId.None);
    }
}
