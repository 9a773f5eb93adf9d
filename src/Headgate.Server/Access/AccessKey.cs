using Headgate.Server.Tenants;

namespace Headgate.Server.Access;

/// <summary>What the holder of a key may do. Each includes nothing of another but <see cref="Admin"/>, which may do everything.</summary>
internal enum KeyRole
{
    /// <summary>Ask for decisions and status.</summary>
    Decide,

    /// <summary>Read and change the configuration.</summary>
    Configure,

    /// <summary>Read metrics and statistics.</summary>
    Monitor,

    /// <summary>Everything: all tenants, global settings, keys, history, export and import.</summary>
    Admin,
}

/// <summary>An API key, without its secret: of that only a hash is kept. Immutable.</summary>
internal sealed record AccessKey : ConfigNode
{
    /// <summary>Public: stands in the secret, in lists and in logs.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it.</summary>
    public string Name { get; init; } = "";

    public required KeyRole Role { get; init; }

    /// <summary>The tenant it is good for; null for all.</summary>
    public string? Tenant { get; init; }

    /// <summary>SHA-256 of the secret, 64 hexadecimal digits. The secret has 256 random bits: nothing slower is needed.</summary>
    public required string Hash { get; init; }

    /// <summary>The hash of the secret before the last rotation, good until <see cref="PreviousUntil"/>.</summary>
    public string? PreviousHash { get; init; }

    public DateTimeOffset? PreviousUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it is good for nothing; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
