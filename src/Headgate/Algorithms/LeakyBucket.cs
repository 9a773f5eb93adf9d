namespace Headgate.Algorithms;

/// <summary>
/// A bucket that leaks at exactly N/P; a charge pours in its cost when it fits. <see cref="Verdict.Delay"/> is the time until all
/// that was in the bucket before has leaked out: work released then leaves one after another at exactly N/P.
/// </summary>
internal readonly struct LeakyBucket(BucketFlow flow) : IAlgorithm<BucketState>
{
    public static bool OwnsMemory => false;

    private readonly BucketFlow _flow = flow;

    public Verdict Decide(in BucketState state, long now, long cost, out BucketState next)
    {
        Verdict verdict = Bucket.Decide(_flow, state, now, cost, out next, out long level, out long held);
        if (verdict.Allowed && level > 0) verdict.Delay = held + _flow.DrainMicros(level);
        return verdict;
    }

    public BucketState Refund(in BucketState state, long now, long chargedAt, long cost) => _flow.Refund(state, now, chargedAt, cost);

    public void Prepare(ref BucketState state, in BucketState next)
    {
    }

    public void Commit(ref BucketState state, in BucketState next, long cost, UInt128 lease) => state = next;
}
