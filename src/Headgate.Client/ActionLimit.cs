namespace Headgate.Client;

/// <summary>The limit of an action as it is configured at the service. Immutable; the service checks the numbers.</summary>
public sealed record ActionLimit
{
    private ActionLimit()
    {
    }

    /// <summary>How it limits.</summary>
    public LimitAlgorithm Algorithm { get; private init; }

    /// <summary>Permits in a window; of a bucket, permits that flow back in a window; of a concurrency limit, permits held at once. 0 for a custom limit.</summary>
    public long MaxRequests { get; private init; }

    /// <summary>The window; of a concurrency limit, its lease time. Zero for a custom limit.</summary>
    public TimeSpan Window { get; private init; }

    /// <summary>Buckets and hybrids: the capacity, where it is not <see cref="MaxRequests"/>; else null.</summary>
    public long? Burst { get; private init; }

    /// <summary>The text of a custom limit, as <see cref="Limit.Parse"/> reads it; null for others.</summary>
    public string? Text { get; private init; }

    /// <summary>A limit by its numbers.</summary>
    /// <param name="maxRequests">Permits, 1 or more.</param>
    /// <param name="window">The window, above zero, whole microseconds.</param>
    /// <param name="algorithm">Any but <see cref="LimitAlgorithm.Custom"/>; <see cref="LimitAlgorithm.SlidingLog"/> by default.</param>
    /// <param name="burst">Buckets and hybrids: the capacity; as <paramref name="maxRequests"/> if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The algorithm is none, or custom.</exception>
    public static ActionLimit Of(long maxRequests, TimeSpan window, LimitAlgorithm algorithm = LimitAlgorithm.SlidingLog, long? burst = null)
    {
        if (algorithm is < LimitAlgorithm.SlidingLog or >= LimitAlgorithm.Custom)
            throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, $"algorithm is {algorithm}; it must be one with numbers. Use Custom for a limit written as text.");
        return new ActionLimit { Algorithm = algorithm, MaxRequests = maxRequests, Window = window, Burst = burst };
    }

    /// <summary>Any limit, written as text: <c>all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))</c>.</summary>
    public static ActionLimit Custom(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ActionLimit { Algorithm = LimitAlgorithm.Custom, Text = text };
    }

    /// <summary>The same limit in this process; null if the numbers make none here.</summary>
    internal Limit? ToLimit()
    {
        long capacity = Burst ?? MaxRequests;
        try
        {
            return Algorithm switch
            {
                LimitAlgorithm.SlidingLog => Limit.SlidingLog(MaxRequests, Window),
                LimitAlgorithm.SlidingWindow => Limit.SlidingWindow(MaxRequests, Window),
                LimitAlgorithm.FixedWindow => Limit.FixedWindow(MaxRequests, Window),
                LimitAlgorithm.TokenBucket => Limit.TokenBucket(capacity, Rate.Per(MaxRequests, Window)),
                LimitAlgorithm.LeakyBucket => Limit.LeakyBucket(capacity, Rate.Per(MaxRequests, Window)),
                LimitAlgorithm.Concurrency => Limit.Concurrency(MaxRequests, Window),
                LimitAlgorithm.Hybrid => Limit.AllOf(Limit.TokenBucket(capacity, Rate.Per(MaxRequests, Window)), Limit.SlidingWindow(MaxRequests, Window)),
                _ => Limit.TryParse(Text, out Limit? limit) ? limit : null,
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
