using System.CommandLine;
using Headgate.Server;

namespace Headgate.Cli.Serve;

/// <summary>All settings of <c>headgate serve</c>, and what they make. The reference page is held to this list by a test.</summary>
internal sealed class ServeSettings
{
    private readonly ServeSetting _urls = new("--urls", "URL[;URL]", ServeOptions.DefaultUrls, "Where to listen, several by semicolons.");
    private readonly ServeSetting _config = new("--config", "FILE", null, "A headgate.yaml or .json: policies for the service itself, and the store.");
    private readonly ServeSetting _redis = new("--redis", RedisArgument.HelpName, null, "Redis for limits and configuration that a fleet shares.");
    private readonly ServeSetting _data = new("--data", "DIR", null, "The folder in which configuration, keys and counters outlive the process.");
    private readonly ServeSetting _requireKeys = new("--require-keys", null, "false", "Ask for keys on this machine too; elsewhere they are always asked for.");
    private readonly ServeSetting _adminKeyFile = new("--admin-key-file", "FILE", null, "A file whose first line is the secret of an administrator's key.");
    private readonly ServeSetting _logFormat = new("--log-format", "text|json", "text", "How log lines are written.");
    private readonly ServeSetting _logLevel = new("--log-level", "LEVEL", "information", "The least that is logged: trace, debug, information, warning, error, critical or none.");
    private readonly ServeSetting _otlp = new("--otlp", "URL", null, "Where metrics and traces go by OTLP, such as http://127.0.0.1:4317.");
    private readonly ServeSetting _drainDelay = new("--drain-delay", "DURATION", "0s", "After a stop was asked for, go on this long while not ready, so that balancers turn away first.");
    private readonly ServeSetting _shutdownTimeout = new("--shutdown-timeout", "DURATION", "30s", "After that, how long requests that have begun may go on.");
    private readonly ServeSetting _maxConnections = new("--max-connections", "N", "16384", "Connections at once, idle ones too; more are closed as they come.");
    private readonly ServeSetting _requestTimeout = new("--request-timeout", "DURATION", "30s", "How long a request may take in all.");
    private readonly ServeSetting _headerTimeout = new("--header-timeout", "DURATION", "10s", "How long the header of a request may take to come.");
    private readonly ServeSetting _keepAliveTimeout = new("--keep-alive-timeout", "DURATION", "130s", "How long a connection may be idle.");

    public IReadOnlyList<ServeSetting> All =>
    [
        _urls, _config, _redis, _data, _requireKeys, _adminKeyFile, _logFormat, _logLevel, _otlp,
        _drainDelay, _shutdownTimeout, _maxConnections, _requestTimeout, _headerTimeout, _keepAliveTimeout,
    ];

    /// <summary>Reads the command line and the environment; the command line wins.</summary>
    /// <exception cref="CommandException">Wrong usage: the first value that cannot be, by flag or variable.</exception>
    public ServeOptions Read(ParseResult parsed, IReadOnlyDictionary<string, string> environment)
    {
        SettingText? Given(ServeSetting setting) => setting.Read(parsed, environment);
        ServeOptions standard = new();
        return standard with
        {
            Urls = Given(_urls) is { } urls ? SettingValues.Urls(urls) : standard.Urls,
            ConfigFile = Given(_config) is { } config ? SettingValues.ReadableFile(config) : null,
            Redis = Given(_redis) is { } redis ? RedisArgument.Parse(redis.Text, redis.Source).Configuration : null,
            DataFolder = Given(_data) is { } data ? SettingValues.Folder(data) : null,
            RequireKeys = Given(_requireKeys) is { } requireKeys && SettingValues.Switch(requireKeys),
            AdminKeyFile = Given(_adminKeyFile) is { } adminKeyFile ? SettingValues.ReadableFile(adminKeyFile) : null,
            LogFormat = Given(_logFormat) is { } logFormat ? SettingValues.OneOf<LogFormat>(logFormat) : standard.LogFormat,
            LogLevel = Given(_logLevel) is { } logLevel ? SettingValues.OneOf<Microsoft.Extensions.Logging.LogLevel>(logLevel) : standard.LogLevel,
            OtlpEndpoint = Given(_otlp) is { } otlp ? SettingValues.Endpoint(otlp) : null,
            DrainDelay = Given(_drainDelay) is { } drainDelay ? SettingValues.Duration(drainDelay, "0s", "10min") : standard.DrainDelay,
            ShutdownTimeout = Given(_shutdownTimeout) is { } shutdown ? SettingValues.Duration(shutdown, "0s", "10min") : standard.ShutdownTimeout,
            MaxConnections = Given(_maxConnections) is { } connections ? SettingValues.Number(connections, 1, 1_000_000) : standard.MaxConnections,
            RequestTimeout = Given(_requestTimeout) is { } request ? SettingValues.Duration(request, "1s", "1h") : standard.RequestTimeout,
            HeaderTimeout = Given(_headerTimeout) is { } header ? SettingValues.Duration(header, "1s", "10min") : standard.HeaderTimeout,
            KeepAliveTimeout = Given(_keepAliveTimeout) is { } keepAlive ? SettingValues.Duration(keepAlive, "1s", "1d") : standard.KeepAliveTimeout,
        };
    }
}
