using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>A limit as a <see cref="PartitionedRateLimiter{TResource}"/>: the store has the partitions, so there is no object for each, no timer and no clean-up.</summary>
internal sealed class PartitionedLimiter<TResource>(Limiter limiter, Func<TResource, string> key, PartitionedRateLimiterAdapterOptions<TResource> options)
    : PartitionedRateLimiter<TResource>
{
    private readonly Turnstile<TResource> _turnstile = new(limiter, options, options.Cost, options.HasRun);
    private int _disposed;

    public override RateLimiterStatistics? GetStatistics(TResource resource)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _turnstile.Statistics(key(resource));
    }

    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _turnstile.Attempt(resource, key(resource), permitCount);
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        return _turnstile.AcquireAsync(resource, key(resource), permitCount, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        // Also where disposing is false, which DisposeAsync says: there is no finalizer.
        Volatile.Write(ref _disposed, 1);
        _turnstile.Dispose();
        base.Dispose(disposing);
    }
}
