namespace Headgate.Redis.Tests.Faults;

/// <summary>The limits of a <see cref="Load"/>, on whatever store: of more permits than are asked for, so slow that none comes back during a test.</summary>
internal sealed class LoadedLimits(IRateLimitStore store, FailureMode? mode = null)
{
    private const string Name = "load";

    public const long Permits = 500_000;

    private static readonly Limit Bucket = Limit.TokenBucket(Permits, Rate.PerHour(1));
    private static readonly Limit Log = Limit.SlidingLog(1_000, TimeSpan.FromHours(1));

    private readonly LimiterOptions _options = new() { Name = Name, FailureMode = mode };

    public Limiter Hot => field ??= new Limiter(Bucket, store, _options);

    public Limiter Plain => Hot;

    /// <summary>Two states of one key, charged together or not at all.</summary>
    public Limiter Composite => field ??= new Limiter(Limit.AllOf(Bucket, Log), store, _options);

    /// <summary>What a key has consumed, of each limit that it may have been charged on: looked up, not charged.</summary>
    public async Task<long[]> ConsumedAsync(string key)
    {
        // A peek at a charge of the composite would show the smaller only.
        Decision bucket = await LookAsync(key, Bucket);
        Decision log = await LookAsync(key, Log);
        return [bucket.Limit - bucket.Remaining, log.Limit - log.Remaining];
    }

    /// <summary>The key in Redis of the bucket of a key of the load.</summary>
    public static string KeyOf(RedisStore store, string key) => store.KeysOf(new Charge(key, Bucket) { Namespace = Name })[0];

    private async Task<Decision> LookAsync(string key, Limit limit)
    {
        Decision decision = await store.PeekAsync(new[] { new Charge(key, limit, 0) { Namespace = Name } });
        return decision.Source == DecisionSource.Store ? decision : throw new InvalidOperationException($"Redis cannot be looked into: {decision}");
    }
}
