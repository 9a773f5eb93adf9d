namespace Headgate.AspNetCore.Answers;

/// <summary>A plain limit as fields and bodies speak of it: what it is called and how much it admits in what time.</summary>
internal sealed class LimitItem
{
    private static int _count;
    private readonly Limit _limit;
    private readonly string _label;

    private LimitItem(Limit limit, string label, long quota, TimeSpan? window)
    {
        _limit = limit;
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

    /// <summary>
    /// The time that the told quota is for: until enough is there for who was refused; with nothing left, until there is something; else
    /// until all of it is back. Zero where the decision does not say: of several limits it tells one quota and the longest reset.
    /// </summary>
    /// <param name="decision">A decision by this limit.</param>
    /// <param name="isAlone">True if no other limit had part in it.</param>
    public TimeSpan QuotaTime(in Decision decision, bool isAlone)
    {
        if (!decision.IsAllowed) return decision.RetryAfter == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : decision.RetryAfter;
        return _limit switch
        {
            FixedWindowLimit window => UntilNext(window.Window, decision.DecidedAt),
            TokenBucketLimit bucket => OfBucket(bucket.Capacity, bucket.Refill, decision, isAlone),
            LeakyBucketLimit bucket => OfBucket(bucket.Capacity, bucket.Leak, decision, isAlone),
            // When the next charge leaves a sliding window only its state knows.
            SlidingWindowLimit or SlidingLogLimit when decision.Remaining > 0 && isAlone => decision.ResetAfter,
            _ => TimeSpan.Zero,
        };
    }

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
            TokenBucketLimit bucket => new(limit, label, bucket.Capacity, TimeToFlow(bucket.Capacity, bucket.Refill)),
            LeakyBucketLimit bucket => new(limit, label, bucket.Capacity, TimeToFlow(bucket.Capacity, bucket.Leak)),
            FixedWindowLimit window => new(limit, label, window.Permits, window.Window),
            SlidingWindowLimit window => new(limit, label, window.Permits, window.Window),
            SlidingLogLimit log => new(limit, label, log.Permits, log.Window),
            ConcurrencyLimit held => new(limit, label, held.Permits, null),
            _ => throw new NotSupportedException($"A {limit.GetType().Name} has no item in the RateLimit-Policy field."),
        };
    }

    /// <summary>With nothing left a bucket of capacity B that is full again after R has a permit after R less the time in which B - 1 flow.</summary>
    private static TimeSpan OfBucket(long capacity, Rate rate, in Decision decision, bool isAlone)
    {
        if (!isAlone) return TimeToFlow(decision.Remaining == 0 ? 1 : capacity - decision.Remaining, rate);
        if (decision.Remaining > 0) return decision.ResetAfter;
        TimeSpan next = decision.ResetAfter - TimeToFlow(capacity - 1, rate);
        return next > TimeSpan.Zero ? next : TimeSpan.FromMicroseconds(1);
    }

    private static TimeSpan UntilNext(TimeSpan window, DateTimeOffset now) => window - new TimeSpan((now - DateTimeOffset.UnixEpoch).Ticks % window.Ticks);

    /// <summary>At most 36,525 days, as every bucket fills within that; the product is below 2^105.</summary>
    private static TimeSpan TimeToFlow(long permits, Rate rate) =>
        new((long)((((Int128)permits * rate.Period.Ticks) + rate.Permits - 1) / rate.Permits));
}
