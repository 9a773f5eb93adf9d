namespace Headgate;

/// <summary>
/// A store as decisions are asked of it: one that is unavailable is met with a failure mode, and what the failure mode granted is renewed,
/// released and refunded where it was granted.
/// </summary>
internal sealed class StoreFailover
{
    private readonly FailureMode _failureMode;
    private readonly LocalStore _local;

    /// <summary>True if the store answers failures itself, and takes refunds and releases of what it answered.</summary>
    private readonly bool _meetsFailures;

    public StoreFailover(IRateLimitStore store, FailureMode? failureMode, LocalStore local)
    {
        _meetsFailures = store is IFailureModeStore;
        Store = failureMode is { } mode && store is IFailureModeStore aware ? aware.With(mode) : store;
        _failureMode = failureMode ?? FailureMode.Open;
        _local = local;
    }

    public IRateLimitStore Store { get; }

    public async ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct)
    {
        try
        {
            return await Store.AcquireAsync(charge, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return await StoreFailure.DecideAsync(_failureMode, _local, [charge], peek: false, LeaseId.None).ConfigureAwait(false);
        }
    }

    /// <summary>Under <see cref="LeaseId.None"/> as an acquisition.</summary>
    public async ValueTask<Decision> EnterAsync(Charge[] charges, LeaseId lease, CancellationToken ct)
    {
        try
        {
            return lease == LeaseId.None
                ? await Store.AcquireAsync(charges, ct).ConfigureAwait(false)
                : await Store.EnterAsync(charges, lease, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return await StoreFailure.DecideAsync(_failureMode, _local, charges, peek: false, lease).ConfigureAwait(false);
        }
    }

    public async ValueTask<Decision> PeekAsync(Charge[] charges, CancellationToken ct)
    {
        try
        {
            return await Store.PeekAsync(charges, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return await StoreFailure.DecideAsync(_failureMode, _local, charges, peek: true, LeaseId.None).ConfigureAwait(false);
        }
    }

    public ValueTask RefundAsync(Charge[] charges, Decision decision, CancellationToken ct) => decision.Source switch
    {
        _ when _meetsFailures => Store.RefundAsync(charges, decision, ct),
        DecisionSource.FailLocal => _local.Value.RefundAsync(charges, decision, ct),
        DecisionSource.Store => Store.RefundAsync(charges, decision, ct),
        _ => default,
    };

    public ValueTask<bool> RenewAsync(Charge[] charges, LeaseId lease, DecisionSource source, CancellationToken ct) =>
        HolderOf(source) is { } holder ? holder.RenewAsync(charges, lease, ct) : new(true);

    public ValueTask<bool> ReleaseAsync(Charge[] charges, LeaseId lease, DecisionSource source) =>
        HolderOf(source) is { } holder ? holder.ReleaseAsync(charges, lease, CancellationToken.None) : new(true);

    /// <summary>How long the last of some callers in a row waits; zero when the store cannot tell, so that nobody is turned away for it.</summary>
    public async ValueTask<TimeSpan> ForecastAsync(Charge[] charges, ReadOnlyMemory<long> costs, CancellationToken ct)
    {
        try
        {
            return await Store.ForecastAsync(charges, costs, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <summary>Where a lease is held; null if nowhere: it was granted without asking anybody.</summary>
    private IRateLimitStore? HolderOf(DecisionSource source) => source switch
    {
        DecisionSource.FailLocal => _meetsFailures ? Store : _local.Value,
        DecisionSource.Store => Store,
        _ => null,
    };
}
