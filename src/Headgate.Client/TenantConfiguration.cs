namespace Headgate.Client;

/// <summary>All that is configured of one tenant. Immutable.</summary>
public sealed record TenantConfiguration
{
    /// <summary>Its settings; the defaults where it has none of its own.</summary>
    public required TenantSettings Settings { get; init; }

    /// <summary>Limits by action.</summary>
    public required IReadOnlyDictionary<string, ActionLimit> Actions { get; init; }

    /// <summary>Clients' own limits, by client and then by action; one page of them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, ActionLimit>> Clients { get; init; }

    /// <summary>The client to ask for further ones after; null if these are all.</summary>
    public string? NextClient { get; init; }
}
