namespace Headgate.Client;

/// <summary>What holds for all tenants. In a change, what is null stays as it is; in an answer nothing is null but a burst. Immutable.</summary>
public sealed record GlobalSettings
{
    /// <summary>Decisions at work at once, 1 to 100,000.</summary>
    public int? MaxGlobalConcurrentRequests { get; init; }

    /// <summary>Checks of one tenant that may wait, 0 to 100,000.</summary>
    public int? MaxTenantQueueSize { get; init; }

    /// <summary>Checks of all tenants that may wait, 0 to 1,000,000.</summary>
    public int? MaxQueuedRequests { get; init; }

    /// <summary>The longest wait; above 0, at most an hour.</summary>
    public TimeSpan? QueueTimeout { get; init; }

    /// <summary>The limit of actions for which neither configuration nor check name one. No custom limit.</summary>
    public ActionLimit? DefaultLimit { get; init; }

    /// <summary>What the service answers when its store is away, where a tenant does not say.</summary>
    public FailureMode? OnStoreFailure { get; init; }
}
