using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>All limits that apply to a resource as one decision: all are charged or none is.</summary>
internal sealed class ChargeListLimiter<TResource>(
    IRateLimitStore store, Func<TResource, ReadOnlyMemory<Charge>> charges, PartitionedRateLimiterAdapterOptions<TResource> options)
    : PartitionedRateLimiter<TResource>
{
    private readonly bool _answersAtOnce = store is MemoryStore;
    private readonly bool _decidesNow = store is MemoryStore && !options.AsyncOnly;
    private long _acquired;
    private long _refused;
    private int _disposed;

    public override RateLimiterStatistics? GetStatistics(TResource resource)
    {
        ReadOnlyMemory<Charge> list = ListOf(resource, 1);
        if (!_answersAtOnce || list.IsEmpty) return null;
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = Now(store.PeekAsync(list)).Remaining,
            TotalSuccessfulLeases = Volatile.Read(ref _acquired),
            TotalFailedLeases = Volatile.Read(ref _refused),
        };
    }

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        ReadOnlyMemory<Charge> list = ListOf(resource, permitCount);
        return _decidesNow || list.IsEmpty ? Now(DecideAsync(resource, list, permitCount)) : RefusedLease.Undecided;
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
    private async ValueTask<RateLimitLease> DecideAsync(TResource resource, ReadOnlyMemory<Charge> list, int permits)
    {
        Decision decision;
        try
        {
            decision = list.IsEmpty ? new Decision { IsAllowed = true }
                : permits == 0 ? await store.PeekAsync(list, CancellationToken.None).ConfigureAwait(false)
                : await store.AcquireAsync(list, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // A store without a failure mode of its own, met as a limiter meets it by default.
            decision = new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
        }

        if (!decision.IsAllowed)
        {
            Interlocked.Increment(ref _refused);
            return new RefusedLease(decision);
        }

        Interlocked.Increment(ref _acquired);
        if (options.HasRun is not null && permits > 0 && !list.IsEmpty) return new Pass(this, resource, list, decision);
        return options.DescribeAcquired ? new AcquiredLease(decision) : AcquiredLease.Bare;
    }

    private ReadOnlyMemory<Charge> ListOf(TResource resource, int permits)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ReadOnlyMemory<Charge> list = charges(resource);
        long unit = options.Cost?.Invoke(resource) ?? 1;
        if (unit < 0) throw new ArgumentOutOfRangeException(nameof(resource), unit, $"The cost of a permit is {unit}; it must be 0 or more. Return 0 for what is free.");
        foreach (ref readonly Charge charge in list.Span)
        {
            if (charge.Limit is not null && LimiterTraits.Any<ConcurrencyLimit>(charge.Limit))
            {
                throw new InvalidOperationException(
                    $"A list of charges has {charge.Limit} in it, whose permits somebody must hold and renew. Use an adapter of a Limiter for it, chained with this one.");
            }
        }

        if (unit == 0) return default;
        // An ask for none looks whether one could be had.
        unit = unit <= long.MaxValue / Math.Max(permits, 1) ? unit * Math.Max(permits, 1) : long.MaxValue;
        return unit == 1 ? list : Array.ConvertAll(list.ToArray(), c => c with { Cost = c.Cost <= long.MaxValue / unit ? c.Cost * unit : long.MaxValue });
    }

    private async Task ReturnAsync(TResource resource, ReadOnlyMemory<Charge> list, Decision decision)
    {
        try
        {
            if (!options.HasRun!(resource)) await store.RefundAsync(list, decision).ConfigureAwait(false);
        }
        catch (Exception e) when (options.OnReturnFailed is not null)
        {
            options.OnReturnFailed(e);
        }
    }

    private static T Now<T>(ValueTask<T> answer) =>
        answer.IsCompleted ? answer.Result : throw new System.Diagnostics.UnreachableException("A store in memory did not answer at once.");

    private sealed class Pass(ChargeListLimiter<TResource> limiter, TResource resource, ReadOnlyMemory<Charge> list, Decision decision)
        : ReturnableLease(limiter.Description(decision))
    {
        protected override void Return() => _ = limiter.ReturnAsync(resource, list, decision);
    }

    private Decision? Description(in Decision decision) => options.DescribeAcquired ? decision : null;
}
