namespace Headgate.Client;

/// <summary>What a tenant has of its own beside its limits; what is null is as for all. Immutable.</summary>
public sealed record TenantSettings
{
    /// <summary>Its share under load against the weights of the others that wait: 1 to 1,000; 1 by default.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Its checks that may wait, 0 or more; null for the global setting.</summary>
    public int? MaxQueueSize { get; init; }

    /// <summary>What the service answers for it when its store is away; null for the global setting.</summary>
    public FailureMode? OnStoreFailure { get; init; }
}
