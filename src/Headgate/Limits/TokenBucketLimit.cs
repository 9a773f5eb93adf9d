using Headgate.Algorithms;

namespace Headgate;

/// <summary>Tokens that flow back continuously; see <see cref="Limit.TokenBucket"/>.</summary>
public sealed record TokenBucketLimit : Limit
{
    internal TokenBucketLimit(long capacity, Rate refill)
    {
        Capacity = capacity;
        Refill = refill;
        Flow = BucketFlow.Create(capacity, refill, nameof(capacity), nameof(refill));
    }

    /// <summary>The most tokens the bucket holds, and so the largest burst: 1 to 10^15.</summary>
    public long Capacity { get; }

    /// <summary>How fast tokens flow back.</summary>
    public Rate Refill { get; }

    internal BucketFlow Flow { get; }

    internal override string Kind => "token_bucket";

    internal override string Numbers => $"capacity={Capacity}, refill={Refill}";
}
