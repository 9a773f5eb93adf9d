using System.Net;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Servers;

/// <summary>A Redis that ./test started for the whole run, and one connection to it that all tests share.</summary>
public sealed class TestServer
{
    private readonly string _variable;
    private readonly Lazy<Task<ConnectionMultiplexer>> _connection;

    internal TestServer(string variable)
    {
        _variable = variable;
        _connection = new(ConnectAsync);
    }

    /// <summary>What <c>RedisStore.ConnectAsync</c> takes. Fails the test that asks if there is no such server.</summary>
    public string Configuration => Environment.GetEnvironmentVariable(_variable) is { Length: > 0 } configuration
        ? configuration
        : throw new InvalidOperationException($"{_variable} is not set, so there is no Redis to test against: run ./test, which starts one "
            + "(or: set -a; eval \"$(eng/redis-servers start DIR)\").");

    /// <summary>The host and port, of the first node in a cluster.</summary>
    public EndPoint EndPoint => ConfigurationOptions.Parse(Configuration).EndPoints[0];

    /// <summary>The connection that all tests share: not to be disposed.</summary>
    public Task<ConnectionMultiplexer> SharedAsync() => _connection.Value;

    /// <summary>A connection of one's own, to dispose.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync()
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(Configuration);
        // Room for a machine that is busy with other tests; the store has its own time-out.
        (options.ConnectTimeout, options.SyncTimeout, options.AllowAdmin) = (10_000, 10_000, true);
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options);
        connection.PreserveAsyncOrder = false;
        return connection;
    }

    /// <summary>A store on the shared connection under a prefix that nobody has used.</summary>
    public async Task<RedisStore> StoreAsync(RedisStoreOptions? options = null) => new(await SharedAsync(), InTests(options ?? new()));

    /// <summary>The same options for a test: an unused prefix unless there is one, and patience with a machine that is busy.</summary>
    public static RedisStoreOptions InTests(RedisStoreOptions options) => options with
    {
        KeyPrefix = options.KeyPrefix == new RedisStoreOptions().KeyPrefix ? NewPrefix() : options.KeyPrefix,
        Timeout = options.Timeout == new RedisStoreOptions().Timeout ? TimeSpan.FromSeconds(20) : options.Timeout,
        FailureMode = FailureMode.Closed,
    };

    /// <summary>A key prefix that nobody has used.</summary>
    public static string NewPrefix() => $"t{Guid.NewGuid():n}";
}
