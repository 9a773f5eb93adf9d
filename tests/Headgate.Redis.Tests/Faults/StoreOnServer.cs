using StackExchange.Redis;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Whose connection a store is on.</summary>
public enum Ownership
{
    /// <summary>The application's, with default options.</summary>
    Application,

    /// <summary>The store's: <see cref="RedisStore.ConnectAsync"/>.</summary>
    Store,
}

/// <summary>A store on a server of the test's own, in all as an application would have it, and whose connection it is on.</summary>
internal sealed class StoreOnServer : IAsyncDisposable
{
    private readonly RedisProcess[] _nodes;
    private readonly ConnectionMultiplexer? _connection;

    private StoreOnServer(RedisProcess[] nodes, RedisStore store, RedisStoreOptions options, ConnectionMultiplexer? connection)
    {
        _nodes = nodes;
        Store = store;
        Options = options;
        _connection = connection;
    }

    public RedisStore Store { get; }

    public RedisStoreOptions Options { get; }

    public static async Task<StoreOnServer> CreateAsync(Ownership ownership, RedisStoreOptions options, params RedisProcess[] nodes)
    {
        options = options with { KeyPrefix = TestServer.NewPrefix() };
        if (ownership == Ownership.Store) return new(nodes, await RedisStore.ConnectAsync(Addresses(nodes), options), options, null);
        ConnectionMultiplexer connection = await ConnectAsync(nodes);
        return new(nodes, new RedisStore(connection, options), options, connection);
    }

    /// <summary>Looks into what the store's Redis has on record, over a connection and a store of its own.</summary>
    public async Task<Ledger> OpenLedgerAsync(LoadReport report, params RedisProcess[] nodes)
    {
        using ConnectionMultiplexer connection = await ConnectAsync(nodes.Length > 0 ? nodes : _nodes);
        await using RedisStore patient = new(connection, Options with { Timeout = TimeSpan.FromSeconds(30), FailureMode = FailureMode.Closed, DenyCacheSize = 0 });
        return await Ledger.OpenAsync(patient, report);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        if (_connection is not null) await _connection.CloseAsync(allowCommandsToComplete: false);
        _connection?.Dispose();
    }

    private static string Addresses(RedisProcess[] nodes) =>
        string.Join(',', nodes.Select((node, i) => i == 0 ? node.Configuration : $"{node.Host}:{node.Port}"));

    private static async Task<ConnectionMultiplexer> ConnectAsync(RedisProcess[] nodes)
    {
        ConfigurationOptions options = ConfigurationOptions.Parse(Addresses(nodes));
        // All else as an application has it that says nothing: the client tries again once a second. A test need not wait five for a dead Redis.
        (options.AbortOnConnectFail, options.ConnectTimeout) = (false, 1_000);
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options);
        connection.PreserveAsyncOrder = false;
        return connection;
    }
}
