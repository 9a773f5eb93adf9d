using Headgate.Server.Access;
using Headgate.Server.Health;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Telemetry;

/// <summary>What the log says once the service listens: where, where things are kept, who may ask, and how to try it.</summary>
internal sealed partial class StartBanner(IServer server, ServeOptions options, StoreHealth store, KeyPolicy keys, ILoggerFactory loggers) : IHostedLifecycleService
{
    private const string Category = "Headgate.Server";

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        ILogger log = loggers.CreateLogger(Category);
        if (!log.IsEnabled(LogLevel.Information)) return Task.CompletedTask;
        string[] addresses = [.. server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []];
        Listening(log, string.Join(", ", addresses));
        string limits = store.IsRedis ? "Redis" : options.DataFolder is null ? "memory" : "memory, and in the data folder from a stop to the next start";
        if (options.DataFolder is not null) Kept(log, limits, "the data folder");
        else if (store.IsRedis) Kept(log, limits, "Redis");
        else NotKept(log, limits);
        if (keys.IsRequired) Keys(log);
        else NoKeys(log);
        if (addresses.Length > 0) TryIt(log, Reachable(addresses[0]), keys.IsRequired ? " -H \"Authorization: Bearer $HEADGATE_KEY\"" : "");
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>All addresses of this machine are no address to send to.</summary>
    private static string Reachable(string address) =>
        address.Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal).Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal).Replace("//*", "//127.0.0.1", StringComparison.Ordinal).Replace("//+", "//127.0.0.1", StringComparison.Ordinal);

    [LoggerMessage(120, LogLevel.Information, "Listening on {Addresses}.", EventName = "Listening")]
    private static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(121, LogLevel.Information, "Limits are counted in {Limits}, and configuration is kept in {Configuration}.", EventName = "Kept")]
    private static partial void Kept(ILogger logger, string limits, string configuration);

    [LoggerMessage(122, LogLevel.Information, "Limits are counted in {Limits}, and configuration ends with the process. To keep it: --data DIR, or --redis HOST:PORT for a fleet.", EventName = "NotKept")]
    private static partial void NotKept(ILogger logger, string limits);

    [LoggerMessage(123, LogLevel.Information, "Keys are off: whoever is on this machine may do everything. To ask for keys: --require-keys.", EventName = "KeysOff")]
    private static partial void NoKeys(ILogger logger);

    [LoggerMessage(124, LogLevel.Information, "Keys are on: each request shows one.", EventName = "KeysOn")]
    private static partial void Keys(ILogger logger);

    [LoggerMessage(125, LogLevel.Information,
        "Try it: curl {Address}/api/check_and_consume -H 'Content-Type: application/json'{Key} -d '{Body}'", EventName = "TryIt")]
    private static partial void TryIt(ILogger logger, string address, string key, string body = """{"tenant_id":"acme","client_id":"ann","action_type":"login"}""");
}
