namespace Headgate.Client;

/// <summary>The answer to a check. Denial is data: nothing throws because a limit was reached or the service is away.</summary>
/// <remarks>An immutable value; <c>default</c> is a denial. Look at <see cref="Source"/> to know who decided.</remarks>
public readonly record struct CheckResult
{
    /// <summary>True if it was admitted, and what it costs was taken; false if nothing was.</summary>
    public bool IsAllowed { get; init; }

    /// <summary>The largest cost that would be admitted now, after this answer; 0 where nobody knows (<see cref="CheckSource.FailOpen"/> and the like).</summary>
    public long Remaining { get; init; }

    /// <summary>When the client decides as if it had never been seen, to the microsecond, by the clock of who decided; the Unix epoch where nobody knows.</summary>
    public DateTimeOffset ResetAt { get; init; }

    /// <summary>
    /// Zero if allowed. If denied, the shortest time after which the same check is admitted if nobody else comes, or, if the service did not decide, when to ask
    /// again; <see cref="Timeout.InfiniteTimeSpan"/> if it can never be: its cost exceeds the limit.
    /// </summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>What became of it at the service.</summary>
    public CheckStatus Status { get; init; }

    /// <summary>Who decided.</summary>
    public CheckSource Source { get; init; }

    /// <summary>
    /// Who decided at the service: its store, or, while that was away, the tenant's failure mode. <see cref="DecisionSource.Store"/> where the service was not asked.
    /// </summary>
    public DecisionSource ServiceSource { get; init; }

    /// <summary>Leaky bucket: how long to hold the admitted work so that work leaves at exactly the leak rate. Zero for other limits and for denials.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>For a concurrency limit, what <see cref="HeadgateClient.ReleaseAsync"/> takes to give the permits back; null for others, and where nothing is held at the service.</summary>
    public string? LeaseId { get; init; }

    /// <summary>The actions that denied, in a check of several; null where the service does not say.</summary>
    public IReadOnlyList<string>? DeniedBy { get; init; }
}
