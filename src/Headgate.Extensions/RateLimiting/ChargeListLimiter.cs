using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>All limits that apply to a resource as one decision: all are charged or none is.</summary>
internal sealed class ChargeListLimiter<TResource>(
    IRateLimitStore store, bool answersAtOnce, TimeProvider clock, Func<TResource, Charge[]> charges, PartitionedRateLimiterAdapterOptions<TResource> options)
    : PartitionedRateLimiter<TResource>
{
    private readonly StoreFailover _store = new(store, options.FailureMode, new LocalStore(clock));
    private readonly bool _decidesNow = answersAtOnce && !options.AsyncOnly;
    private long _acquired;
    private long _refused;
    private int _disposed;

    public override RateLimiterStatistics? GetStatistics(TResource resource)
    {
        Charge[] list = ListOf(resource, 1);
        if (!answersAtOnce || list.Length == 0) return null;
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = Now(_store.PeekAsync(list, CancellationToken.None)).Remaining,
            TotalSuccessfulLeases = Volatile.Read(ref _acquired),
            TotalFailedLeases = Volatile.Read(ref _refused),
        };
    }

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        Charge[] list = ListOf(resource, permitCount);
        return _decidesNow || list.Length == 0 ? Now(DecideAsync(resource, list, permitCount)) : RefusedLease.Undecided;
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<RateLimitLease>(cancellationToken)
            : DecideAsync(resource, ListOf(resource, permitCount), permitCount);

    protected override void Dispose(bool disposing)
    {
        // Also where disposing is false, which DisposeAsync says: there is no finalizer.
        Volatile.Write(ref _disposed, 1);
        base.Dispose(disposing);
    }

    /// <summary>Not cancelled once under way: an answer that nobody waits for any more would leave its charges behind.</summary>
    private async ValueTask<RateLimitLease> DecideAsync(TResource resource, Charge[] list, int permits)
    {
        Decision decision = list.Length == 0 ? new Decision { IsAllowed = true }
            : permits == 0 ? await _store.PeekAsync(list, CancellationToken.None).ConfigureAwait(false)
            : await ChargeAsync(list).ConfigureAwait(false);
        if (!decision.IsAllowed)
        {
            Interlocked.Increment(ref _refused);
            return new RefusedLease(decision);
        }

        Interlocked.Increment(ref _acquired);
        if (options.HasRun is not null && permits > 0 && list.Length != 0) return new Pass(this, resource, list, decision);
        return options.DescribeAcquired ? new AcquiredLease(decision) : AcquiredLease.Bare;
    }

    private Charge[] ListOf(TResource resource, int permits)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        Charge[] list = charges(resource);
        long unit = options.Cost?.Invoke(resource) ?? 1;
        if (unit < 0)
            throw new ArgumentOutOfRangeException(nameof(resource), unit, $"The cost of a permit is {unit}; it must be 0 or more. Return 0 for what is free.");
        foreach (Charge charge in list)
        {
            if (charge.Limit is not null && LimiterTraits.Any<ConcurrencyLimit>(charge.Limit))
            {
                throw new InvalidOperationException(
                    $"A list of charges has {charge.Limit} in it, whose permits somebody must hold and renew. Use an adapter of a Limiter for it, chained with this one.");
            }
        }

        if (unit == 0) return [];
        // An ask for none looks whether one could be had.
        unit = unit <= long.MaxValue / Math.Max(permits, 1) ? unit * Math.Max(permits, 1) : long.MaxValue;
        return unit == 1 ? list : Array.ConvertAll(list, c => c with { Cost = c.Cost <= long.MaxValue / unit ? c.Cost * unit : long.MaxValue });
    }

    private async Task ReturnAsync(TResource resource, Charge[] list, Decision decision)
    {
        try
        {
            if (!options.HasRun!(resource)) await _store.RefundAsync(list, decision, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (options.OnReturnFailed is not null)
        {
            options.OnReturnFailed(e);
        }
    }

    private async ValueTask<Decision> ChargeAsync(Charge[] list)
    {
        bool listens = Telemetry.Listens;
        long start = listens ? clock.GetTimestamp() : 0;
        Decision decision = await _store.EnterAsync(list, LeaseId.None, CancellationToken.None).ConfigureAwait(false);
        if (listens) Telemetry.Record(options.Name, decision, clock.GetElapsedTime(start));
        return decision;
    }

    private static T Now<T>(ValueTask<T> answer) =>
        answer.IsCompleted ? answer.Result : throw new System.Diagnostics.UnreachableException("A store in memory did not answer at once.");

    private sealed class Pass(ChargeListLimiter<TResource> limiter, TResource resource, Charge[] list, Decision decision)
        : ReturnableLease(limiter.Description(decision))
    {
        protected override void Return() => _ = limiter.ReturnAsync(resource, list, decision);
    }

    private Decision? Description(in Decision decision) => options.DescribeAcquired ? decision : null;
}
