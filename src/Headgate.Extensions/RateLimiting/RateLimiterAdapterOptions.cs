namespace Headgate.Extensions;

/// <summary>How a Headgate limit behaves as a <c>System.Threading.RateLimiting.RateLimiter</c>. Immutable; checked when the adapter is made.</summary>
public record RateLimiterAdapterOptions
{
    /// <summary>The most <see cref="QueueLimit"/> may be: 10^6.</summary>
    public const int MostQueueLimit = 1_000_000;

    /// <summary>
    /// Permits that callers of <c>AcquireAsync</c> may wait for at once, for each key: 0 (the default, nobody waits) to 10^6. Who comes first
    /// is served first; who finds the queue full is refused at once. With more than 0, a leaky bucket holds admitted work until its
    /// <see cref="Decision.Delay"/> is over; with 0 it only counts.
    /// </summary>
    public int QueueLimit { get; init; }

    /// <summary>
    /// The longest wait in the queue: zero or more; null (the default) for as long as it takes. Who would wait longer is refused at once.
    /// </summary>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>
    /// True: <c>AttemptAcquire</c> decides nothing and charges nothing, it fails, and <c>AcquireAsync</c> decides. So it always is where the
    /// store is not in memory. Set it on a limit in memory that is asked together with one that is not, or with one that may refuse: who
    /// asks first by the one way and then again by the other (ASP.NET Core's middleware does) is then charged once. False by default.
    /// </summary>
    public bool AsyncOnly { get; init; }

    /// <summary>True: leases that were acquired carry <see cref="HeadgateMetadata.Decision"/> too, at an allocation each. False by default.</summary>
    public bool DescribeAcquired { get; init; }

    /// <summary>
    /// The namespace of the keys, as <see cref="LimiterOptions.Name"/>. Not where the adapter is made from a <see cref="Limiter"/>,
    /// which has its own.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>What to do when the store cannot answer, as <see cref="LimiterOptions.FailureMode"/>. Not where the adapter is made from a <see cref="Limiter"/>.</summary>
    public FailureMode? FailureMode { get; init; }

    /// <summary>The clock of waits, renewals and idle times; null (the default) for the store's where it has one, else the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>
    /// Hears of an error after a lease was disposed, when nobody waits for an answer any more: permits could not be given back. They come
    /// back by themselves: of a bucket with time, of a window with its end, held ones with their lease time. Null (the default): the error
    /// goes where unobserved ones go, <see cref="TaskScheduler.UnobservedTaskException"/>. Called on any thread; must not throw.
    /// </summary>
    public Action<Exception>? OnReturnFailed { get; init; }

    /// <summary>Checks what has a domain.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its domain.</exception>
    internal void Check()
    {
        if (QueueLimit is < 0 or > MostQueueLimit)
        {
            throw new ArgumentOutOfRangeException(nameof(QueueLimit), QueueLimit,
                $"QueueLimit is {QueueLimit}; it must be between 0 and {MostQueueLimit}. Use 0 to let nobody wait.");
        }

        if (MaxWait < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxWait), MaxWait,
                $"MaxWait is {MaxWait}; it must be zero or more. Use null to wait as long as it takes.");
        }

        if (FailureMode is { } mode && !Enum.IsDefined(mode))
            throw new ArgumentOutOfRangeException(nameof(FailureMode), FailureMode, $"FailureMode is {FailureMode}; it must be Open, Closed or Local.");
    }

    /// <summary>Refuses what belongs to the limiter where there is one already.</summary>
    internal void CheckForLimiter()
    {
        Check();
        if (Name is null && FailureMode is null) return;
        throw new ArgumentException(
            $"{(Name is null ? nameof(FailureMode) : nameof(Name))} is set, and the adapter is made from a Limiter, which has its own. Set it in LimiterOptions.");
    }
}
