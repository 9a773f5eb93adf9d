using Headgate.Algorithms;

namespace Headgate;

/// <summary>A bucket that leaks at a steady rate; see <see cref="Limit.LeakyBucket"/>.</summary>
public sealed record LeakyBucketLimit : Limit
{
    internal LeakyBucketLimit(long capacity, Rate leak)
    {
        Capacity = capacity;
        Leak = leak;
        Flow = BucketFlow.Create(capacity, leak, nameof(capacity), nameof(leak));
    }

    /// <summary>The permits that fit into the bucket: 1 to 10^15.</summary>
    public long Capacity { get; }

    /// <summary>How fast the bucket drains.</summary>
    public Rate Leak { get; }

    internal BucketFlow Flow { get; }

    internal override string Kind => "leaky_bucket";

    internal override string Numbers => $"capacity={Capacity}, leak={Leak}";
}
