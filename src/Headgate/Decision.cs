using System.Runtime.CompilerServices;

namespace Headgate;

/// <summary>The answer to a charge. Denial is data: nothing throws because a limit was reached.</summary>
/// <remarks>
/// A bucket of 10 refilled at 1/s that has 3 tokens answers a charge of 2 with allowed, Limit 10, Remaining 1, RetryAfter 0,
/// ResetAfter 9 s; and a charge of 5 with denied, Remaining 3, RetryAfter 2 s, ResetAfter 7 s. All times are exact to the
/// microsecond and count from <see cref="DecidedAt"/>. An immutable value; <c>default</c> is a denial by nobody.
/// </remarks>
public readonly record struct Decision
{
    /// <summary>The year 9999, beyond which only a clock that has been set there gets.</summary>
    private static readonly long MaxMicros = (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private readonly long _decidedAtMicros;

    /// <summary>All at once: an object initializer would build the value twice on the path that every decision takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Decision(bool isAllowed, long limit, long remaining, TimeSpan retryAfter, TimeSpan resetAfter, TimeSpan delay,
        string? decidedBy, string? shadowDeniedBy, long decidedAtMicros)
    {
        IsAllowed = isAllowed;
        Source = DecisionSource.Store;
        Limit = limit;
        Remaining = remaining;
        RetryAfter = retryAfter;
        ResetAfter = resetAfter;
        Delay = delay;
        DecidedBy = decidedBy;
        ShadowDeniedBy = shadowDeniedBy;
        _decidedAtMicros = decidedAtMicros;
    }

    /// <summary>True if every charge was admitted and made; false if none was.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>Who took the decision.</summary>
    public DecisionSource Source { get; init; }

    /// <summary>The capacity or permits of the limit that decided; 0 if none did (<see cref="DecisionSource.FailOpen"/> and the like).</summary>
    public long Limit { get; init; }

    /// <summary>The largest cost that would be admitted now, after this decision. Never negative. For a list: the smallest of all.</summary>
    public long Remaining { get; init; }

    /// <summary>
    /// Zero if allowed. If denied, the shortest time after which the same charge, if nobody else comes, is admitted; one
    /// microsecond earlier it is denied. <see cref="Timeout.InfiniteTimeSpan"/> if it can never be: its cost exceeds the limit.
    /// </summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>The time until the key decides as if it had never been seen; zero if it does now. For a list: the longest.</summary>
    public TimeSpan ResetAfter { get; init; }

    /// <summary>
    /// Leaky bucket: how long to hold the admitted work so that work leaves at exactly the leak rate. Zero for other limits and
    /// for denials. For a list: the longest.
    /// </summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// The limit that decided: the one that denied for longest, or, if all admitted, the one with the least remaining. Its name,
    /// or its text where it has none.
    /// </summary>
    public string? DecidedBy { get; init; }

    /// <summary>The first shadow limit that would have denied, by name or text; null if none would have. Nothing was enforced by it.</summary>
    public string? ShadowDeniedBy { get; init; }

    /// <summary>The time of the decision by the store's clock, to the microsecond.</summary>
    public DateTimeOffset DecidedAt
    {
        get => _decidedAtMicros <= MaxMicros ? DateTimeOffset.UnixEpoch.AddTicks(_decidedAtMicros * TimeSpan.TicksPerMicrosecond) : DateTimeOffset.MaxValue;
        init => _decidedAtMicros = (value - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>Microseconds since 1970-01-01.</summary>
    internal long DecidedAtMicros => _decidedAtMicros;
}
