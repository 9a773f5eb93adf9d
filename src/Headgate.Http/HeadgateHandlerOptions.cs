namespace Headgate.Http;

/// <summary>Settings of a <see cref="HeadgateHandler"/>; read once, when it is built.</summary>
public sealed class HeadgateHandlerOptions
{
    /// <summary>The default of <see cref="MaxWait"/>: 30 seconds.</summary>
    public static TimeSpan DefaultMaxWait { get; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that <see cref="MaxWait"/> and <see cref="MaxLearnedWait"/> may be: one day.</summary>
    public static TimeSpan MostWait { get; } = TimeSpan.FromDays(1);

    /// <summary>The default of <see cref="MaxLearnedWait"/>: 5 minutes.</summary>
    public static TimeSpan DefaultMaxLearnedWait { get; } = TimeSpan.FromMinutes(5);

    /// <summary>The default of <see cref="MaxLearnedKeys"/>: 10,000.</summary>
    public const int DefaultMaxLearnedKeys = 10_000;

    /// <summary>The most that <see cref="MaxLearnedKeys"/> may be: 10^6.</summary>
    public const int MostMaxLearnedKeys = 1_000_000;

    /// <summary>
    /// The namespace of the limit's keys and its name in logs and metrics; null (the default) takes the client's: <c>http:</c> and its name. Clients and
    /// processes that give the same name on one store share the limit. Not used with a limiter that the application made.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>Whose permits a request takes: <see cref="HttpPartition.ByHost"/> by default, <see cref="HttpPartition.One"/>, or a function of the request that must not return null.</summary>
    public Func<HttpRequestMessage, string> PartitionKey { get; set; } = HttpPartition.ByHost;

    /// <summary>Permits that a request takes, 0 or more; 1 by default. 0 takes none and still heeds what was learned.</summary>
    public long Cost { get; set; } = 1;

    /// <summary>Permits that a request takes, from the request; null (the default) for <see cref="Cost"/>.</summary>
    public Func<HttpRequestMessage, long>? CostOf { get; set; }

    /// <summary>
    /// The longest that a request waits for its turn: 0 to one day; 30 seconds by default. A request whose turn would come later is refused at
    /// once; zero fails fast: nothing waits. The <see cref="Decision.Delay"/> of a leaky bucket is not a wait for a turn: an admitted
    /// request is held for it in any case, for as long as a full bucket takes to drain at most. Keep below <see cref="HttpClient.Timeout"/>, which goes on meanwhile.
    /// </summary>
    public TimeSpan MaxWait { get; set; } = DefaultMaxWait;

    /// <summary>
    /// The most requests that may wait, over all keys: 0 to 10^6; 10,000 by default. One more is refused at once. Of those that wait for the limit
    /// itself, a limiter that the application made has its own bound.
    /// </summary>
    public int MaxWaiters { get; set; } = LimiterOptions.DefaultMaxWaiters;

    /// <summary>
    /// What a refused request ends with: false (the default) for an answer 429 that was made here (<see cref="HeadgateRefusal"/>), true for a
    /// <see cref="RateLimitedException"/>.
    /// </summary>
    public bool ThrowWhenRefused { get; set; }

    /// <summary>True (the default) to heed what answers say in <c>Retry-After</c>, <c>RateLimit</c> and <c>X-RateLimit-*</c>. It tightens the limit and never loosens it.</summary>
    public bool Learn { get; set; } = true;

    /// <summary>The longest that an answer can make us stay away: 0 to one day; 5 minutes by default. A longer time is cut to this.</summary>
    public TimeSpan MaxLearnedWait { get; set; } = DefaultMaxLearnedWait;

    /// <summary>
    /// The share of a learned time that is added to it at random, so that a fleet does not come back in one instant: 0 to 1; 0.1 by default.
    /// What comes out is at most <see cref="MaxLearnedWait"/>.
    /// </summary>
    public double LearnedJitter { get; set; } = 0.1;

    /// <summary>The most keys of which something learned is kept: 1 to 10^6; 10,000 by default. What is learned of one more is dropped.</summary>
    public int MaxLearnedKeys { get; set; } = DefaultMaxLearnedKeys;

    /// <summary>What the limit does when its store cannot answer; null (the default) leaves it to the store. Not used with a limiter that the application made.</summary>
    public FailureMode? FailureMode { get; set; }

    /// <summary>The clock of waits; null (the default) takes the one that the services have, else the system's.</summary>
    public TimeProvider? TimeProvider { get; set; }
}
