using Microsoft.Extensions.Logging;

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

    /// <summary>The prefix of everything in Redis as the configuration file says it; null if it does not.</summary>
    internal string? RedisPrefix { get; init; }

    /// <summary>The folder in which configuration, keys and counters outlive the process; null to keep them in memory alone.</summary>
    public string? DataFolder { get; init; }

    /// <summary>How long requests that have begun may go on after a stop was asked for; then their connections are cut. 0 to 10 minutes.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the service goes on as before after a stop was asked for, but for saying that it is not ready and closing connections behind
    /// answers: so that balancers turn away first. 0 to 10 minutes.
    /// </summary>
    public TimeSpan DrainDelay { get; init; }

    /// <summary>Connections at once, idle ones too; more are closed as they come. 1 to 1,000,000.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>How long a request may take in all, from its header to the end of its answer. 1 second to 1 hour; it is seen within a second.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the header of a request may take to come. 1 second to 10 minutes.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle. Longer than a balancer keeps its own, or it sends into closed ones. 1 second to 1 day.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>The least that is logged.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>How log lines are written.</summary>
    public LogFormat LogFormat { get; init; }

    /// <summary>Where metrics and traces go by OTLP: <c>http://collector:4317</c>; null for nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>True to ask for keys on this machine too. Elsewhere they are always asked for.</summary>
    public bool RequireKeys { get; init; }

    /// <summary>A file with the secret of an administrator's key and nothing else, 32 to 512 characters; null for none. Goes before <see cref="AdminKey"/>.</summary>
    public string? AdminKeyFile { get; init; }

    /// <summary>
    /// The secret of an administrator's key, 32 to 512 characters of printable ASCII; null for none. By default that of the environment variable
    /// <c>HEADGATE_ADMIN_KEY</c>. It is hashed when the service is built, and is in no log.
    /// </summary>
    public string? AdminKey { get; init; } = Environment.GetEnvironmentVariable("HEADGATE_ADMIN_KEY");

    /// <summary>Where it listens, and no more: there are secrets among the settings.</summary>
    public override string ToString() => $"{nameof(ServeOptions)} {{ {nameof(Urls)} = {Urls} }}";
}

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>A JSON object a line.</summary>
    Json,
}
