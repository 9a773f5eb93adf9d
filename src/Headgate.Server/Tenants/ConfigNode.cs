namespace Headgate.Server.Tenants;

/// <summary>A leaf of what is configured: what one change replaces as a whole. Immutable.</summary>
internal abstract record ConfigNode
{
    /// <summary>The version of the configuration that made it so; 0 for what has never been changed.</summary>
    public long Version { get; init; }
}
