using System.Net;
using StackExchange.Redis;

namespace Headgate.Redis.Resilience;

/// <summary>
/// The connection that calls go over. A client that lost its server tries again on a beat of its own, which in some versions is a second, and one
/// whose packets the network drops may not notice for minutes; when a fresh connection can be had sooner, it takes the lost one's place: for good
/// if the store made it, until the application's own is back else.
/// </summary>
internal sealed class Connection : IAsyncDisposable
{
    /// <summary>Time for a handshake, with TLS, to another data centre; and of a cluster with a server that hangs, what each try costs.</summary>
    private const int LeastConnectMillis = 200;

    /// <summary>Of a server that is well a fraction of it.</summary>
    private static readonly TimeSpan AnsweringTime = TimeSpan.FromMilliseconds(50);

    /// <summary>How long whoever disposes waits for calls that nobody waits for any more.</summary>
    private static readonly TimeSpan MostFarewell = TimeSpan.FromMilliseconds(250);

    /// <summary>How long one that was replaced is kept for a Redis that hangs: much longer than the client takes to write a few calls.</summary>
    private static readonly TimeSpan MostKept = TimeSpan.FromSeconds(10);

    private readonly ConfigurationOptions _fresh;
    private readonly int _database;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;
    private readonly bool _owns;
    private readonly Lock _gate = new();
    private Wire _main;
    private Wire? _standIn;
    private int _replacing;
    private int _generation;
    private bool _disposed;

    /// <param name="main">The connection.</param>
    /// <param name="owns">True if it is the store's to dispose.</param>
    /// <param name="database">The database number, or -1 for the connection's own.</param>
    /// <param name="timeout">How long a call may take.</param>
    /// <param name="clock">The clock of that.</param>
    public Connection(IConnectionMultiplexer main, bool owns, int database, TimeSpan timeout, TimeProvider clock)
    {
        _main = new Wire(main, database);
        _timeout = timeout;
        _clock = clock;
        _owns = owns;
        _database = database;
        _fresh = ConfigurationOptions.Parse(main.Configuration);
        _fresh.AbortOnConnectFail = true;
        _fresh.ConnectRetry = 1;
        _fresh.ConnectTimeout = Math.Max(LeastConnectMillis, (int)timeout.TotalMilliseconds);
        IsCluster = LooksLikeCluster(main);
    }

    /// <summary>True if keys are spread over servers by slot.</summary>
    public bool IsCluster { get; private set; }

    /// <summary>
    /// False as soon as the client knows that the connection is lost. Nothing is sent then: newer clients would keep it and send it when the
    /// connection is back, to be charged long after its caller was told otherwise.
    /// </summary>
    public bool IsConnected => Current.Connection.IsConnected;

    /// <summary>Changes when another connection takes the place of the one in use: nothing that was sent before need be waited for.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>True while another stands in for the application's connection.</summary>
    public bool HasStandIn => Volatile.Read(ref _standIn) is not null;

    /// <summary>Where to send a call; it is not closed until the call has left.</summary>
    /// <exception cref="Lost">There is no connection.</exception>
    public Wire Enter()
    {
        while (true)
        {
            Wire wire = Current;
            if (!wire.Connection.IsConnected) throw Lost.Instance;
            if (wire.TryEnter()) return wire;
            // Replaced just now: the other is there. Or disposed, and none is.
            if (Volatile.Read(ref _disposed)) throw Lost.Instance;
        }
    }

    /// <summary>Looks anew whether this is a cluster, as far as the connection knows by now.</summary>
    public void Refresh()
    {
        if (!IsCluster) IsCluster = LooksLikeCluster(Current.Connection);
    }

    /// <summary>
    /// Makes a fresh connection take the place of one that is lost, or that is there and silent, if Redis answers over it. False if it does not,
    /// or somebody else is about it.
    /// </summary>
    /// <param name="answers">Whether Redis answers over a connection.</param>
    /// <exception cref="RedisConnectionException">It cannot be had; says why.</exception>
    public async Task<bool> TryReplaceAsync(Func<IDatabase, Task<bool>> answers)
    {
        if (Interlocked.Exchange(ref _replacing, 1) != 0) return false;
        try
        {
            ConnectionMultiplexer fresh = await ConnectionMultiplexer.ConnectAsync(await SettingsAsync().ConfigureAwait(false)).ConfigureAwait(false);
            fresh.PreserveAsyncOrder = false;
            Wire wire = new(fresh, _database);
            Wire? old = wire;
            if (await AnswersInTimeAsync(answers(wire.Database)).ConfigureAwait(false))
            {
                lock (_gate)
                {
                    if (!_disposed)
                    {
                        if (_owns) (old, _main) = (_main, wire);
                        else (old, _standIn) = (_standIn, wire);
                        Use(wire);
                    }
                }
            }

            bool isUsed = !ReferenceEquals(old, wire);
            if (!isUsed) await CloseAsync(fresh).ConfigureAwait(false);
            else if (old is not null) _ = RetireAsync(old);
            return isUsed;
        }
        finally
        {
            Volatile.Write(ref _replacing, 0);
        }
    }

    /// <summary>Goes back to the application's connection once Redis answers over that.</summary>
    /// <param name="answers">Whether Redis answers over a connection.</param>
    public async Task<bool> TryReturnAsync(Func<IDatabase, Task<bool>> answers)
    {
        if (!_main.Connection.IsConnected || !await answers(_main.Database).ConfigureAwait(false)) return false;
        Wire? old;
        lock (_gate)
        {
            old = _standIn;
            _standIn = null;
            if (old is not null) Use(_main);
        }

        if (old is not null) _ = RetireAsync(old);
        return true;
    }

    /// <summary>Waits for a moment at most until what is on its way has its answer; a Redis that hangs keeps nobody waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        Wire? standIn;
        lock (_gate)
        {
            if (_disposed) return;
            Volatile.Write(ref _disposed, true);
            standIn = _standIn;
            _standIn = null;
        }

        Task closing = Task.WhenAll(standIn is null ? Task.CompletedTask : RetireAsync(standIn), _owns ? RetireAsync(_main) : Task.CompletedTask);
        try
        {
            await closing.WaitAsync(_timeout < MostFarewell ? _timeout : MostFarewell, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It goes on by itself.
            return;
        }
    }

    private Wire Current => Volatile.Read(ref _standIn) ?? Volatile.Read(ref _main);

    /// <summary>
    /// In a cluster, without the servers that hang: the client spends all of its time on one that was named to it, and has then none left to hear whether the
    /// others answer, so that it takes all of them for dead. One that it learns of from the others it does not wait for like that.
    /// </summary>
    private async Task<ConfigurationOptions> SettingsAsync()
    {
        Wire wire = Current;
        if (!IsCluster || !wire.Connection.IsConnected) return _fresh;
        EndPoint[] answering = await wire.AnsweringAsync(AnsweringTime, _clock).ConfigureAwait(false);
        if (answering.Length == 0) return _fresh;
        ConfigurationOptions settings = _fresh.Clone();
        settings.EndPoints.Clear();
        foreach (EndPoint endPoint in answering) settings.EndPoints.Add(endPoint);
        return settings;
    }

    private void Use(Wire wire)
    {
        Interlocked.Increment(ref _generation);
        IsCluster = LooksLikeCluster(wire.Connection);
    }

    /// <summary>Closes a connection of the store's own that nobody is to use any more, not before all that was sent over it is written for good.</summary>
    private async Task RetireAsync(Wire wire)
    {
        Task retired = wire.RetireAsync();
        do await Task.WhenAny(retired, Task.Delay(MostKept, _clock)).ConfigureAwait(false);
        while (!retired.IsCompleted && wire.IsWriting);
        await CloseAsync(wire.Connection).ConfigureAwait(false);
    }

    private async Task<bool> AnswersInTimeAsync(Task<bool> asked)
    {
        try
        {
            return await asked.WaitAsync(_timeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Without a farewell, for which the client would wait as long as Redis hangs.</summary>
    private static async Task CloseAsync(IConnectionMultiplexer connection)
    {
        await connection.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        connection.Dispose();
    }

    private static bool LooksLikeCluster(IConnectionMultiplexer connection)
    {
        try
        {
            return connection.GetEndPoints().Any(endpoint => connection.GetServer(endpoint).ServerType == ServerType.Cluster);
        }
        catch (Exception e) when (e is ArgumentException or ObjectDisposedException or NotSupportedException)
        {
            // Disposed, or a server has just left.
            return false;
        }
    }
}
