using Headgate.Redis.Calls;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>
/// Limits on Redis, Valkey or a Redis Cluster: the same decisions as in memory, shared by all processes, atomic, by the server's clock. Thread-safe;
/// make one for a process and keep it.
/// </summary>
/// <remarks>
/// <para>A decision, of however many limits and keys, is one run of one script. Who comes while others are on their way goes with the next call;
/// charges that wait for one key travel as one. No thread ever blocks.</para>
/// <para>When Redis cannot answer within <see cref="RedisStoreOptions.Timeout"/>, <see cref="RedisStoreOptions.FailureMode"/> does, and
/// <see cref="Decision.Source"/> says so: charging and peeking never throw for that. Refunds, resets, renewals, releases and forecasts throw
/// <see cref="StoreUnavailableException"/>. No charge is ever tried twice.</para>
/// <para>In a cluster all state of one key lies in one slot and is charged at once. A list of keys in several slots is looked at, then charged slot by
/// slot, and what was charged is given back if one denies or fails.</para>
/// </remarks>
public sealed class RedisStore : IFailureModeStore, IRedisHealthSource, IAsyncDisposable, IDisposable
{
    private const int ConnectMillis = 1_000;

    private readonly RedisEngine _engine;
    private readonly FailureMode _mode;

    /// <summary>A store on an application's own connection, which stays the application's to dispose.</summary>
    /// <param name="connection">A connection of StackExchange.Redis, any version from 1.2.6 to 3.x.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public RedisStore(IConnectionMultiplexer connection, RedisStoreOptions? options = null)
        : this(connection ?? throw new ArgumentNullException(nameof(connection)), owns: false, options ?? new RedisStoreOptions())
    {
    }

    private RedisStore(IConnectionMultiplexer connection, bool owns, RedisStoreOptions options)
    {
        _engine = new RedisEngine(connection, owns, options);
        _mode = options.FailureMode;
    }

    /// <summary>
    /// Connects, and owns the connection. A Redis that cannot be reached, or refuses the password, is no error here: the failure mode answers,
    /// the log and <see cref="CheckHealthAsync"/> say why, and the store is there when Redis is.
    /// </summary>
    /// <param name="configuration">As StackExchange.Redis reads it: <c>host:port,password=...,ssl=true</c>. Redis is waited for once, for a second:
    /// give <c>connectTimeout=</c> (milliseconds) and <c>connectRetry=</c> to wait for longer.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <param name="ct">Cancels connecting.</param>
    /// <exception cref="ArgumentException">The configuration cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static async Task<RedisStore> ConnectAsync(string configuration, RedisStoreOptions? options = null, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        options ??= new RedisStoreOptions();
        OptionChecks.Check(options);
        ConfigurationOptions parsed = ConfigurationOptions.Parse(configuration);
        if (parsed.EndPoints.Count == 0)
            throw new ArgumentException("The configuration names no server. Use host:port, such as 127.0.0.1:6379.", nameof(configuration));
        parsed.AbortOnConnectFail = false;
        // The client's own defaults would keep the start of an application for three times five seconds.
        if (!Says(configuration, "connectRetry")) parsed.ConnectRetry = 1;
        if (!Says(configuration, "connectTimeout")) parsed.ConnectTimeout = ConnectMillis;
        Task<ConnectionMultiplexer> connecting = ConnectionMultiplexer.ConnectAsync(parsed);
        ConnectionMultiplexer connection;
        try
        {
            connection = await connecting.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = DiscardAsync(connecting);
            throw;
        }

        connection.PreserveAsyncOrder = false;
        RedisStore store = new(connection, owns: true, options);
        // The first caller should not pay for what happens once: the script is loaded, code is compiled.
        await store._engine.WarmUpAsync(TimeSpan.FromMilliseconds(ConnectMillis)).WaitAsync(ct).ConfigureAwait(false);
        return store;
    }

    /// <summary>A connection that nobody waited for would try for ever.</summary>
    private static async Task DiscardAsync(Task<ConnectionMultiplexer> connecting) => (await connecting.ConfigureAwait(false)).Dispose();

    private static bool Says(string configuration, string option) => configuration.Contains(option, StringComparison.OrdinalIgnoreCase);

    /// <summary>Asks Redis now, whatever the circuit breaker says. Never throws for a Redis that is away.</summary>
    public ValueTask<RedisHealth> CheckHealthAsync(CancellationToken ct = default) => _engine.CheckHealthAsync(ct);

    /// <summary>The keys in Redis that hold the state of a charge, one for each plain limit and two for a concurrency limit. None may exist: what decides
    /// like never seen is not kept.</summary>
    public IReadOnlyList<string> KeysOf(Charge charge) => _engine.KeysOf(charge);

    /// <inheritdoc/>
    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => _engine.AcquireAsync(charge, _mode, ct);

    /// <inheritdoc/>
    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        _engine.DecideAsync(charges, CallMode.Acquire, LeaseId.None, _mode, ct);

    /// <inheritdoc/>
    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        _engine.DecideAsync(charges, CallMode.Peek, LeaseId.None, _mode, ct);

    /// <inheritdoc/>
    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        _engine.DecideAsync(charges, lease == LeaseId.None ? CallMode.Acquire : CallMode.Enter, lease, _mode, ct);

    /// <inheritdoc/>
    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => _engine.ResetAsync(charge, ct);

    /// <inheritdoc/>
    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) =>
        _engine.RefundAsync(charges, decision, ct);

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        _engine.RenewAsync(charges, lease, ct);

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        _engine.ReleaseAsync(charges, lease, ct);

    /// <inheritdoc/>
    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        _engine.ForecastAsync(charges, costs, ct);

    FailureMode IFailureModeStore.Mode => _mode;

    IBoundLimit IFailureModeStore.Bind(string? ns, Limit limit) => new BoundLimit(_engine, _engine.PlanOf(ns, limit), _mode);

    /// <inheritdoc cref="RedisEngine.SampleCall"/>
    internal byte[] SampleCall(Charge charge, out byte[] sha, out byte[] key) => _engine.SampleCall(charge, out sha, out key);

    IRateLimitStore IFailureModeStore.With(FailureMode mode) => mode == _mode ? this : new RedisStoreView(_engine, mode);

    /// <summary>Ends the store; the connection too if the store made it. Calls on their way are answered by the failure mode.</summary>
    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for it.</summary>
    public void Dispose() => _ = _engine.DisposeAsync().AsTask();
}
