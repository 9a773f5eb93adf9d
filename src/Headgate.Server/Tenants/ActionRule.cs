namespace Headgate.Server.Tenants;

/// <summary>The limit of an action: numbers as they were configured, and the limit that they make. Immutable.</summary>
internal sealed record ActionRule : ConfigNode
{
    /// <summary>
    /// The name of every limit here. With a name its state does not depend on its numbers, so that what was consumed stays consumed when they change
    /// (law 12); another algorithm starts anew.
    /// </summary>
    private const string LimitName = "rate";

    /// <summary>How long a concurrency limit's permit is held without a renewal where nothing is said.</summary>
    public static TimeSpan DefaultLeaseTime { get; } = TimeSpan.FromMinutes(1);

    private ActionRule(Algorithm algorithm, long maxRequests, TimeSpan window, long? burst, string? text, Limit limit)
    {
        Algorithm = algorithm;
        MaxRequests = maxRequests;
        Window = window;
        Burst = burst;
        Text = text;
        Limit = limit with { Name = LimitName };
    }

    public Algorithm Algorithm { get; }

    /// <summary>Permits in a window; of a bucket, permits that flow back in a window; of a concurrency limit, permits held at once.</summary>
    public long MaxRequests { get; }

    /// <summary>The window; of a concurrency limit, its lease time.</summary>
    public TimeSpan Window { get; }

    /// <summary>Buckets and hybrids: the capacity, where it is not <see cref="MaxRequests"/>.</summary>
    public long? Burst { get; }

    /// <summary>The text of a <see cref="Algorithm.Custom"/> limit.</summary>
    public string? Text { get; }

    /// <summary>What is charged.</summary>
    public Limit Limit { get; }

    /// <exception cref="ArgumentOutOfRangeException">A number is outside the limit's bounds.</exception>
    public static ActionRule Create(Algorithm algorithm, long maxRequests, TimeSpan window, long? burst = null)
    {
        long capacity = burst ?? maxRequests;
        Limit limit = algorithm switch
        {
            Algorithm.SlidingLog => Limit.SlidingLog(maxRequests, window),
            Algorithm.SlidingWindow => Limit.SlidingWindow(maxRequests, window),
            Algorithm.FixedWindow => Limit.FixedWindow(maxRequests, window),
            Algorithm.TokenBucket => Limit.TokenBucket(capacity, Rate.Per(maxRequests, window)),
            Algorithm.LeakyBucket => Limit.LeakyBucket(capacity, Rate.Per(maxRequests, window)),
            Algorithm.Concurrency => Limit.Concurrency(maxRequests, window),
            Algorithm.Hybrid => Limit.AllOf(Limit.TokenBucket(capacity, Rate.Per(maxRequests, window)), Limit.SlidingWindow(maxRequests, window)),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, $"algorithm is {algorithm}; a custom limit is made from its text."),
        };
        return new ActionRule(algorithm, maxRequests, window, burst, null, limit);
    }

    /// <summary>A limit written as text: <c>all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))</c>.</summary>
    /// <exception cref="FormatException">It is not a limit.</exception>
    public static ActionRule Custom(string text) => new(Algorithm.Custom, 0, default, null, text, Limit.Parse(text));

    /// <summary>By what was said, not by the objects made of it.</summary>
    public bool Equals(ActionRule? other) =>
        other is not null && Version == other.Version && SaysTheSame(other);

    public override int GetHashCode() => HashCode.Combine(Version, Algorithm, MaxRequests, Window, Burst, Text);

    public bool SaysTheSame(ActionRule other) =>
        Algorithm == other.Algorithm && MaxRequests == other.MaxRequests && Window == other.Window && Burst == other.Burst && Text == other.Text;
}
