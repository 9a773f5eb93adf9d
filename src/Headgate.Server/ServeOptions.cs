namespace Headgate.Server;

/// <summary>Settings of the decision service, read once when it is built. Immutable.</summary>
public sealed record ServeOptions
{
    /// <summary>The default of <see cref="Urls"/>.</summary>
    public const string DefaultUrls = "http://127.0.0.1:5000";

    /// <summary>Where to listen, several by semicolons. Elsewhere than on this machine alone it takes keys.</summary>
    public string Urls { get; init; } = DefaultUrls;

    /// <summary>A <c>headgate.yaml</c> or <c>.json</c> with policies for the service itself, and the store; null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Redis, as StackExchange.Redis reads it (<c>host:port,password=...</c>), for limits and configuration that a fleet shares; null for memory.</summary>
    public string? Redis { get; init; }

    /// <summary>The folder in which configuration, keys and counters outlive the process; null to keep them in memory alone.</summary>
    public string? DataFolder { get; init; }
}
