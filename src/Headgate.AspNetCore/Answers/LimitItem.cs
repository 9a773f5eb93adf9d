namespace Headgate.AspNetCore.Answers;

/// <summary>A plain limit as fields and bodies speak of it: what it is called and how much it admits in what time.</summary>
internal sealed class LimitItem
{
    private static int _count;
    private readonly string _label;

    private LimitItem(string label, long quota, TimeSpan? window)
    {
        _label = label;
        Quota = StructuredText.Integer(quota);
        WindowSeconds = window is { } span ? Math.Clamp(WholeSeconds.Up(span), 1, StructuredText.MaxInteger) : null;
        Quoted = StructuredText.String(label);
        Salt = (uint)Interlocked.Increment(ref _count) * 0x9E3779B1u;
    }

    /// <summary>Its name; its text if it has none.</summary>
    public string Label => _label;

    /// <summary>The label as a String of a structured field.</summary>
    public string Quoted { get; }

    public long Quota { get; }

    /// <summary>Null for permits that are held and not used up.</summary>
    public long? WindowSeconds { get; }

    /// <summary>Differs between limits, for caches.</summary>
    public uint Salt { get; }

    /// <summary>What a refusal says of it, worked out by the first.</summary>
    public ProblemText Problem => field ??= ProblemText.Of(_label);

    public bool IsCalled(string label) => ReferenceEquals(label, _label) || string.Equals(label, _label, StringComparison.Ordinal);

    /// <summary>The plain limits of a limit that are enforced (or that are in shadow), in order.</summary>
    public static LimitItem[] Of(Limit limit, bool inShadow)
    {
        List<LimitItem> items = [];
        Add(limit, limit.Shadow);
        return [.. items];

        void Add(Limit part, bool shadow)
        {
            if (part is CompositeLimit all)
            {
                foreach (Limit inner in all.Limits) Add(inner, shadow || inner.Shadow);
            }
            else if (shadow == inShadow)
            {
                items.Add(OfPlain(part));
            }
        }
    }

    /// <summary>The window of a bucket is the time in which it fills or drains: no more than twice the quota is admitted in it.</summary>
    private static LimitItem OfPlain(Limit limit)
    {
        string label = limit.Name ?? limit.ToString();
        return limit switch
        {
            TokenBucketLimit bucket => new(label, bucket.Capacity, TimeToFlow(bucket.Capacity, bucket.Refill)),
            LeakyBucketLimit bucket => new(label, bucket.Capacity, TimeToFlow(bucket.Capacity, bucket.Leak)),
            FixedWindowLimit window => new(label, window.Permits, window.Window),
            SlidingWindowLimit window => new(label, window.Permits, window.Window),
            SlidingLogLimit log => new(label, log.Permits, log.Window),
            ConcurrencyLimit held => new(label, held.Permits, null),
            _ => throw new NotSupportedException($"A {limit.GetType().Name} has no item in the RateLimit-Policy field."),
        };
    }

    /// <summary>At most 36,525 days, as every bucket fills within that; the product is below 2^105.</summary>
    private static TimeSpan TimeToFlow(long permits, Rate rate) =>
        new((long)((((Int128)permits * rate.Period.Ticks) + rate.Permits - 1) / rate.Permits));
}
