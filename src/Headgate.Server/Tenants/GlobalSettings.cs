namespace Headgate.Server.Tenants;

/// <summary>What holds for all tenants: load management, and the limit where nothing else applies. Immutable.</summary>
internal sealed record GlobalSettings : ConfigNode
{
    /// <summary>The bound of <see cref="MaxGlobalConcurrentRequests"/>.</summary>
    public const int MostConcurrentRequests = 100_000;

    /// <summary>The bound of <see cref="MaxTenantQueueSize"/>.</summary>
    public const int MostTenantQueueSize = 100_000;

    /// <summary>The bound of <see cref="MaxQueuedRequests"/>.</summary>
    public const int MostQueuedRequests = 1_000_000;

    /// <summary>The bound of <see cref="QueueTimeout"/>.</summary>
    public static TimeSpan LongestQueueTimeout { get; } = TimeSpan.FromHours(1);

    /// <summary>Decisions at work at once, 1 to 100,000.</summary>
    public int MaxGlobalConcurrentRequests { get; init; } = 200;

    /// <summary>Decisions of one tenant that may wait, 0 to 100,000; more are refused.</summary>
    public int MaxTenantQueueSize { get; init; } = 100;

    /// <summary>Decisions of all tenants that may wait, 0 to 1,000,000. Beyond it whoever has the longest queue is refused.</summary>
    public int MaxQueuedRequests { get; init; } = 10_000;

    /// <summary>The longest wait in a queue; above 0, at most an hour.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The limit of actions for which neither configuration nor request name one.</summary>
    public ActionRule DefaultRule { get; init; } = ActionRule.Create(Algorithm.SlidingLog, 100, TimeSpan.FromSeconds(60));

    /// <summary>What to answer when the store cannot, where a tenant does not say.</summary>
    public FailureMode OnStoreFailure { get; init; } = FailureMode.Local;
}
