using System.Threading.RateLimiting;

namespace Headgate.Extensions;

/// <summary>What leases of Headgate limits carry besides <see cref="MetadataName.RetryAfter"/> and <see cref="MetadataName.ReasonPhrase"/>.</summary>
public static class HeadgateMetadata
{
    /// <summary>
    /// The whole decision: limit, remaining, times, who decided. On every refusal that was decided; on acquired leases if
    /// <see cref="RateLimiterAdapterOptions.DescribeAcquired"/> is set.
    /// </summary>
    public static MetadataName<Decision> Decision { get; } = MetadataName.Create<Decision>("HEADGATE_DECISION");

    /// <summary>On acquired leases of concurrency limits: cancelled when the permits are lost, see <see cref="ConcurrencyLease.Lost"/>.</summary>
    public static MetadataName<CancellationToken> Lost { get; } = MetadataName.Create<CancellationToken>("HEADGATE_LOST");
}
