namespace Headgate.Algorithms;

/// <summary>
/// Tokens refill continuously at N/P up to the capacity B; a charge is admitted when its cost in tokens is there.
/// Kept as the empty part of the bucket, which drains: tokens = B - level. The same decisions as GCRA
/// (ITU-T I.371, virtual scheduling), whose theoretical arrival time is <see cref="BucketState.EmptyAt"/>.
/// </summary>
internal readonly struct TokenBucket(BucketFlow flow) : IAlgorithm<BucketState>
{
    public static bool OwnsMemory => false;

    private readonly BucketFlow _flow = flow;

    public Verdict Decide(in BucketState state, long now, long cost, out BucketState next) =>
        Bucket.Decide(_flow, state, now, cost, out next, out _, out _);

    public BucketState Refund(in BucketState state, long now, long chargedAt, long cost) => _flow.Refund(state, now, chargedAt, cost);

    public void Prepare(ref BucketState state, in BucketState next)
    {
    }

    public void Commit(ref BucketState state, in BucketState next, long cost, UInt128 lease) => state = next;
}
