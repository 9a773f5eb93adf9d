using System.Numerics;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// Counts of durations: 32 buckets for each power of two, so a quantile is right to 3 %. Adding allocates nothing.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private const int SubBuckets = 1 << SubBits;
    private readonly long[] _counts = new long[64 * SubBuckets];

    public long Count { get; private set; }

    public long Max { get; private set; }

    public void Add(long nanoseconds)
    {
        _counts[BucketOf(nanoseconds)]++;
        Count++;
        if (nanoseconds > Max) Max = nanoseconds;
    }

    /// <summary>Adds all that another counted.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The upper end of the bucket in which this share of the durations is reached.</summary>
    public long Quantile(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank) return Math.Min(Max, UpperEnd(i));
        }

        return Max;
    }

    private static int BucketOf(long value)
    {
        if (value < SubBuckets) return (int)Math.Max(0, value);
        int shift = 63 - BitOperations.LeadingZeroCount((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)(value >> shift) - SubBuckets;
    }

    private static long UpperEnd(int bucket)
    {
        if (bucket < SubBuckets) return bucket;
        int shift = (bucket >> SubBits) - 1;
        return ((long)((bucket & (SubBuckets - 1)) + SubBuckets + 1) << shift) - 1;
    }
}
