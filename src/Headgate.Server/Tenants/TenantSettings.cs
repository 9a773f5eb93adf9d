namespace Headgate.Server.Tenants;

/// <summary>What a tenant has of its own beside its limits; what is null is as for all. Immutable.</summary>
internal sealed record TenantSettings : ConfigNode
{
    /// <summary>The bound of <see cref="Weight"/>.</summary>
    public const int MostWeight = 1_000;

    public static TenantSettings Default { get; } = new();

    /// <summary>Its share under load, against the weights of the others that wait: 1 to 1,000.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Its decisions that may wait.</summary>
    public int? MaxQueueSize { get; init; }

    public FailureMode? OnStoreFailure { get; init; }
}
