using Headgate;
using Headgate.Extensions;
using Headgate.Extensions.Configuration;
using Headgate.Redis;
using Headgate.Redis.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Redis as the store of an application's limits.</summary>
/// <remarks>
/// A Redis that is away when the application starts does not hold it up: the failure mode answers until it is there. Where the options name no
/// logger and no clock, those of the application are taken. <c>store:</c> in the configuration goes above what the code says.
/// </remarks>
public static class HeadgateBuilderRedisExtensions
{
    /// <summary>Without the text: it may have a password in it.</summary>
    private const string Unreadable =
        "The configuration of Redis cannot be read, or names no server. Use host:port, such as 127.0.0.1:6379, and options of StackExchange.Redis behind it.";

    /// <summary>Keeps the state in the Redis that <c>store.redis</c> of the configuration names; in the memory of the process if it names none.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static HeadgateBuilder UseRedis(this HeadgateBuilder builder, RedisStoreOptions? options = null) => Use(builder, null, options);

    /// <summary>Keeps the state in Redis, on a connection of the store's own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">As StackExchange.Redis reads it: <c>host:port,password=...,ssl=true</c>.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentException">The configuration cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static HeadgateBuilder UseRedis(this HeadgateBuilder builder, string configuration, RedisStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        Check(configuration);
        return Use(builder, configuration, options);
    }

    /// <summary>Keeps the state in Redis, on a connection of the application's, which stays its own to dispose.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static HeadgateBuilder UseRedis(this HeadgateBuilder builder, IConnectionMultiplexer connection, RedisStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return builder.UseRedis(_ => connection, options);
    }

    /// <summary>Keeps the state in Redis, on a connection among the application's services, which stays theirs to dispose.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">Finds the connection: <c>services => services.GetRequiredService&lt;IConnectionMultiplexer>()</c>.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static HeadgateBuilder UseRedis(this HeadgateBuilder builder, Func<IServiceProvider, IConnectionMultiplexer> connection, RedisStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connection);
        OptionChecks.Check(options ?? new RedisStoreOptions());
        builder.UseStore(services => new RedisStore(connection(services), Complete(services, options)));
        builder.StoreWiring = StoreWiring.OwnConnection;
        return builder;
    }

    /// <summary>As <see cref="UseRedis(HeadgateBuilder, string, RedisStoreOptions?)"/>, but whatever <c>store.redis</c> of the configuration names: a flag of a command line goes above its file.</summary>
    internal static HeadgateBuilder UseRedisAbove(this HeadgateBuilder builder, string configuration, RedisStoreOptions? options = null)
    {
        Check(configuration);
        return Use(builder, configuration, options, isAbove: true);
    }

    private static HeadgateBuilder Use(HeadgateBuilder builder, string? configuration, RedisStoreOptions? options, bool isAbove = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        OptionChecks.Check(options ?? new RedisStoreOptions());
        builder.UseStore(services => Create(services, configuration, options, isAbove));
        builder.StoreWiring = StoreWiring.Configured;
        return builder;
    }

    private static IRateLimitStore Create(IServiceProvider services, string? configuration, RedisStoreOptions? options, bool isAbove)
    {
        RedisStoreOptions complete = Complete(services, options);
        LoadedConfiguration loaded = services.GetRequiredService<LoadedConfiguration>();
        if ((isAbove ? configuration : loaded.Store?.Redis ?? configuration) is not { } target)
        {
            HostingLog.NoRedis(complete.Logger);
            return new MemoryStore(complete.TimeProvider ?? TimeProvider.System);
        }

        if (loaded.RedisPlace is { } place && !IsReadable(target)) throw new HeadgateConfigurationException([place with { Message = Unreadable }]);
        return new DeferredStore(new Connecting(ct => RedisStore.ConnectAsync(target, complete, ct), complete));
    }

    /// <summary>What the options leave open comes from the application, and the configuration goes above them.</summary>
    private static RedisStoreOptions Complete(IServiceProvider services, RedisStoreOptions? options)
    {
        options ??= new RedisStoreOptions();
        StoreSettings? settings = services.GetRequiredService<LoadedConfiguration>().Store;
        return options with
        {
            KeyPrefix = settings?.Prefix ?? options.KeyPrefix,
            Timeout = settings?.Timeout ?? options.Timeout,
            TimeProvider = options.TimeProvider ?? services.GetService<TimeProvider>(),
            Logger = options.Logger is NullLogger && services.GetService<ILoggerFactory>() is { } loggers ? loggers.CreateLogger(RedisDiagnostics.LogCategory) : options.Logger,
        };
    }

    private static void Check(string configuration)
    {
        if (!IsReadable(configuration)) throw new ArgumentException(Unreadable, nameof(configuration));
    }

    private static bool IsReadable(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
