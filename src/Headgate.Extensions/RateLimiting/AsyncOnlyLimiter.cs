using System.Threading.RateLimiting;

namespace Headgate.Extensions.RateLimiting;

/// <summary>Any limiter, decided by <c>AcquireAsync</c> alone.</summary>
internal sealed class AsyncOnlyLimiter<TResource>(PartitionedRateLimiter<TResource> limiter) : PartitionedRateLimiter<TResource>
{
    public override RateLimiterStatistics? GetStatistics(TResource resource) => limiter.GetStatistics(resource);

    /// <summary>An ask for no permits takes none, and so may be answered.</summary>
    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount) =>
        permitCount == 0 ? limiter.AttemptAcquire(resource, 0) : RefusedLease.Undecided;

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(TResource resource, int permitCount, CancellationToken cancellationToken) =>
        limiter.AcquireAsync(resource, permitCount, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing) limiter.Dispose();
        base.Dispose(disposing);
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await limiter.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsyncCore().ConfigureAwait(false);
    }
}
