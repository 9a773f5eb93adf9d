namespace Headgate.Extensions;

/// <summary>All that a configuration says, taken over at once or not at all. Immutable.</summary>
public sealed record PolicySettings
{
    /// <summary>The policies, by name; no two have one name.</summary>
    public IReadOnlyList<RateLimitPolicy> Policies { get; init; } = [];

    /// <summary>Which policies apply where, beside what endpoints say themselves; the first match counts.</summary>
    public IReadOnlyList<RateLimitRoute> Routes { get; init; } = [];

    /// <summary>Whose word counts on where a request comes from; null if the configuration does not say.</summary>
    public ForwardedOptions? Forwarded { get; init; }

    /// <summary>Known API keys; null if the configuration does not say.</summary>
    public ApiKeys? ApiKeys { get; init; }

    /// <summary>The store; null if the configuration does not say. Read when the application starts: another store is another state.</summary>
    public StoreSettings? Store { get; init; }
}

/// <summary>The store that a configuration asks for. Immutable.</summary>
public sealed record StoreSettings
{
    /// <summary>The addresses of Redis (<c>127.0.0.1:6379</c>), or null for the memory of the process.</summary>
    public string? Redis { get; init; }

    /// <summary>The prefix of keys in Redis, or null for the default.</summary>
    public string? Prefix { get; init; }

    /// <summary>How long a decision may take, or null for the default.</summary>
    public TimeSpan? Timeout { get; init; }
}
