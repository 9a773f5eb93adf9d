namespace Headgate;

/// <summary>Settings of a <see cref="Limiter"/>; read once, when it is built.</summary>
public sealed class LimiterOptions
{
    /// <summary>The default of <see cref="MaxWaiters"/>: 10,000.</summary>
    public const int DefaultMaxWaiters = 10_000;

    /// <summary>The most that <see cref="MaxWaiters"/> may be: 10^6.</summary>
    public const int MostMaxWaiters = 1_000_000;

    /// <summary>
    /// The namespace of the limiter's keys, and its <c>policy</c> tag in metrics. Two limiters of one name on one store share state; of
    /// different names never. Null (the default) and the empty string are the unnamed namespace.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>
    /// What to do when the store cannot answer; null (the default) leaves it to the store's own failure mode, which is
    /// <see cref="FailureMode.Open"/> unless it was told otherwise. The memory store always answers.
    /// </summary>
    public FailureMode? FailureMode { get; init; }

    /// <summary>The most callers that may wait in <see cref="Limiter.WaitAsync"/> at once, over all keys: 0 to 10^6; 10,000 by default. One more is refused at once.</summary>
    public int MaxWaiters { get; init; } = DefaultMaxWaiters;

    /// <summary>Where to count while the store is away; null for a place of the limiter's own.</summary>
    internal LocalStore? Local { get; init; }

    /// <summary>The clock of waits and renewals; null (the default) takes the store's where it has one, else the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }
}
