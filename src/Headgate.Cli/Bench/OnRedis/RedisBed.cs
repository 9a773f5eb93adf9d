using System.Globalization;
using System.Net;
using Headgate.Redis;
using StackExchange.Redis;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>A Redis to measure on: one client for everybody, keys of its own, which are gone at the end.</summary>
internal sealed class RedisBed : IAsyncDisposable
{
    private const int KeysAtATime = 1_000;

    private readonly List<RedisStore> _stores = [];
    private readonly ConfigurationOptions _settings;

    private RedisBed(RedisArgument server, ConfigurationOptions settings, ConnectionMultiplexer connection)
    {
        Server = server;
        _settings = settings;
        Connection = connection;
    }

    public RedisArgument Server { get; }

    public ConnectionMultiplexer Connection { get; }

    /// <summary>Nobody else's keys begin so.</summary>
    public string Prefix { get; } = string.Create(CultureInfo.InvariantCulture, $"hgbench-{Random.Shared.Next():x8}");

    public IDatabase Database => Connection.GetDatabase();

    public int DatabaseNumber => _settings.DefaultDatabase ?? 0;

    public bool HasPassword => !string.IsNullOrEmpty(_settings.Password);

    public bool IsEncrypted => _settings.Ssl;

    /// <summary>The first host that is no replica.</summary>
    public IServer Master => Masters().First();

    /// <summary>Null if nothing answers there as Redis does; then the reason is in <paramref name="refused"/>.</summary>
    public static async Task<RedisBed?> TryOpenAsync(RedisArgument server, Action<string> refused)
    {
        ConfigurationOptions settings;
        try
        {
            settings = ConfigurationOptions.Parse(server.Configuration);
        }
        catch (ArgumentException)
        {
            throw server.Unreadable();
        }

        settings.AbortOnConnectFail = true;

        // Of the one thing that this client cannot do asynchronously: going through all keys, behind all that was measured.
        settings.SyncTimeout = 30_000;
        ConnectionMultiplexer? connection = null;
        try
        {
            connection = await ConnectionMultiplexer.ConnectAsync(settings).ConfigureAwait(false);
            connection.PreserveAsyncOrder = false;
            await connection.GetDatabase().PingAsync().ConfigureAwait(false);
            return new RedisBed(server, settings, connection);
        }
        catch (RedisException problem)
        {
            connection?.Dispose();
            refused(Explain(problem));
            return null;
        }
    }

    /// <summary>The client's own words advise programmers of its settings.</summary>
    private static string Explain(RedisException problem) =>
        problem.Message.Contains("AuthenticationFailure", StringComparison.Ordinal) || problem.Message.StartsWith("NOAUTH", StringComparison.Ordinal)
            ? "it refuses the password, or wants one and got none"
        : problem is RedisConnectionException ? "no connection can be made"
        : PlainText.Reason(problem);

    /// <summary>A store with patience: a late answer is slow here, not wrong.</summary>
    public RedisStore NewStore(Func<RedisStoreOptions, RedisStoreOptions>? change = null)
    {
        RedisStoreOptions options = new() { KeyPrefix = Prefix, Timeout = TimeSpan.FromSeconds(5), FailureMode = FailureMode.Closed };
        RedisStore store = new(Connection, change?.Invoke(options) ?? options);
        _stores.Add(store);
        return store;
    }

    /// <summary>PING through the client that the stores use.</summary>
    public RemoteSubject Ping() => RemoteSubject.Create(
        RedisComparison.Ping, _ => new ValueTask<TimeSpan>(Database.PingAsync()), static _ => true);

    /// <summary>Deletes what was measured on.</summary>
    /// <param name="prefix">What its keys begin with; the bed's own prefix if null.</param>
    public async Task DeleteKeysAsync(string? prefix = null)
    {
        foreach (IServer server in Masters())
        {
            foreach (RedisKey[] keys in server.Keys(DatabaseNumber, $"{prefix ?? Prefix}*", KeysAtATime).Chunk(KeysAtATime))
                await Task.WhenAll(keys.Select(key => Database.KeyDeleteAsync(key))).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RedisStore store in _stores) await store.DisposeAsync().ConfigureAwait(false);
        try
        {
            await DeleteKeysAsync().ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is RedisException or TimeoutException)
        {
            // Redis went away; its keys expire by themselves.
        }

        await Connection.CloseAsync().ConfigureAwait(false);
        Connection.Dispose();
    }

    private IEnumerable<IServer> Masters() =>
        Connection.GetEndPoints().Select((EndPoint place) => Connection.GetServer(place)).Where(server => server.IsConnected && !server.IsSlave);
}
