using System.Threading.RateLimiting;
using Headgate.Extensions;
using Headgate.Extensions.RateLimiting;

namespace Headgate;

/// <summary>Headgate limits as the limiters of System.Threading.RateLimiting, for ASP.NET Core's UseRateLimiter, YARP, Polly and whatever else takes those.</summary>
/// <remarks>
/// <para>A lease of a limit that is not composed with a concurrency limit has nothing to dispose. One that is holds its permits until it is
/// disposed, and renews them meanwhile; disposing starts the release and does not wait for it.</para>
/// <para>Asking for 0 permits succeeds if there are any now, and takes none. Asking for more than the limit has is refused without
/// <see cref="MetadataName.RetryAfter"/>, where the framework's own limiters throw <see cref="ArgumentOutOfRangeException"/>.</para>
/// <para>Where the store is not in memory, <c>AttemptAcquire</c> fails and spends nothing: ask with <c>AcquireAsync</c>.</para>
/// <para>Disposing an adapter ends the wait of those who queue, with a refusal, and leaves limiter and store as they are.</para>
/// </remarks>
public static class RateLimiterExtensions
{
    /// <summary>One key of a limit as a <see cref="RateLimiter"/>. To make one for each of many keys, make a <see cref="Limiter"/> once and use its overload.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="store">Where its state lives.</param>
    /// <param name="key">Whose permits.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static RateLimiter AsRateLimiter(this Limit limit, IRateLimitStore store, string key, RateLimiterAdapterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        options ??= new RateLimiterAdapterOptions();
        return new KeyedRateLimiter(LimiterOf(limit, store, options), key, options);
    }

    /// <summary>One key of a limiter as a <see cref="RateLimiter"/>. Any number of them for one key are one limit and stand in one line.</summary>
    /// <param name="limiter">The limiter.</param>
    /// <param name="key">Whose permits.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    /// <exception cref="ArgumentException">An option is set that the limiter has itself.</exception>
    public static RateLimiter AsRateLimiter(this Limiter limiter, string key, RateLimiterAdapterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(key);
        options ??= new RateLimiterAdapterOptions();
        options.CheckForLimiter();
        return new KeyedRateLimiter(limiter, key, options);
    }

    /// <summary>One key of a limiter as what a policy of ASP.NET Core returns: <c>options.AddPolicy("api", context => limiter.AsRateLimitPartition(KeyOf(context)))</c>.</summary>
    /// <inheritdoc cref="AsRateLimiter(Limiter, string, RateLimiterAdapterOptions?)"/>
    public static RateLimitPartition<string> AsRateLimitPartition(this Limiter limiter, string key, RateLimiterAdapterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(key);
        return RateLimitPartition.Get(key, one => limiter.AsRateLimiter(one, options));
    }

    /// <summary>A limit as a <see cref="PartitionedRateLimiter{TResource}"/>, a partition for each key. Keeps nothing for a partition: the store does.</summary>
    /// <typeparam name="TResource">What is limited.</typeparam>
    /// <param name="limit">The limit.</param>
    /// <param name="store">Where its state lives.</param>
    /// <param name="key">Whose permits a resource takes. Called on every ask, on any thread.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static PartitionedRateLimiter<TResource> AsPartitionedRateLimiter<TResource>(
        this Limit limit, IRateLimitStore store, Func<TResource, string> key, PartitionedRateLimiterAdapterOptions<TResource>? options = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        options ??= new PartitionedRateLimiterAdapterOptions<TResource>();
        return new PartitionedLimiter<TResource>(LimiterOf(limit, store, options), key, options);
    }

    /// <summary>A limiter as a <see cref="PartitionedRateLimiter{TResource}"/>, a partition for each key. Keeps nothing for a partition: the store does.</summary>
    /// <typeparam name="TResource">What is limited.</typeparam>
    /// <param name="limiter">The limiter.</param>
    /// <param name="key">Whose permits a resource takes. Called on every ask, on any thread.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    /// <exception cref="ArgumentException">An option is set that the limiter has itself.</exception>
    public static PartitionedRateLimiter<TResource> AsPartitionedRateLimiter<TResource>(
        this Limiter limiter, Func<TResource, string> key, PartitionedRateLimiterAdapterOptions<TResource>? options = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(key);
        options ??= new PartitionedRateLimiterAdapterOptions<TResource>();
        options.CheckForLimiter();
        return new PartitionedLimiter<TResource>(limiter, key, options);
    }

    /// <summary>
    /// Everything that limits a resource as one decision: the endpoint's limit and the global one, the client's and the tenant's. All are
    /// charged or none is, so that who is refused by one costs the others nothing, and whoever asks twice is charged once.
    /// </summary>
    /// <typeparam name="TResource">What is limited.</typeparam>
    /// <param name="store">Where the state lives.</param>
    /// <param name="charges">
    /// What a resource is charged: 0 to 64 charges; none admits it. Not of concurrency limits, which must be held and renewed. Called on every
    /// ask, on any thread; the list must stay as it is until the lease is disposed.
    /// </param>
    /// <param name="options">Settings; the defaults if null. Name is the <c>policy</c> tag in metrics alone, for each charge names its namespace; lists do not queue.</param>
    /// <exception cref="ArgumentException">A queue is asked for.</exception>
    public static PartitionedRateLimiter<TResource> AsPartitionedRateLimiter<TResource>(
        this IRateLimitStore store, Func<TResource, Charge[]> charges, PartitionedRateLimiterAdapterOptions<TResource>? options = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(charges);
        options ??= new PartitionedRateLimiterAdapterOptions<TResource>();
        options.Check();
        if (options.QueueLimit != 0 || options.MaxWait is not null)
        {
            throw new ArgumentException(
                $"QueueLimit is {options.QueueLimit} and MaxWait is {options.MaxWait}; lists of charges do not queue. Leave both out, or use a Limiter.", nameof(options));
        }

        MemoryStore? memory = store as MemoryStore;
        TimeProvider clock = options.TimeProvider ?? memory?.TimeProvider ?? TimeProvider.System;
        return new ChargeListLimiter<TResource>(store, memory is not null, clock, charges, options);
    }

    /// <summary>
    /// Any limiter, the framework's own included, decided by <c>AcquireAsync</c> alone; <c>AttemptAcquire</c> fails and charges nothing. For a
    /// global limiter in memory whose endpoints' limits are on Redis: asked both ways in turn, it would be charged twice for each request.
    /// </summary>
    /// <typeparam name="TResource">What is limited.</typeparam>
    /// <param name="limiter">The limiter; disposed with what is returned.</param>
    public static PartitionedRateLimiter<TResource> AsyncOnly<TResource>(this PartitionedRateLimiter<TResource> limiter)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return new AsyncOnlyLimiter<TResource>(limiter);
    }

    private static Limiter LimiterOf(Limit limit, IRateLimitStore store, RateLimiterAdapterOptions options)
    {
        options.Check();
        return new Limiter(limit, store, new LimiterOptions { Name = options.Name, FailureMode = options.FailureMode, TimeProvider = options.TimeProvider });
    }
}
