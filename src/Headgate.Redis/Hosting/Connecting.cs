using Headgate.Redis.Calls;

namespace Headgate.Redis.Hosting;

/// <summary>A store on its way: nobody waits for it, and the failure mode answers until it is there.</summary>
internal sealed class Connecting : IAsyncDisposable
{
    /// <summary>What a start waits at most. A connection takes milliseconds where there is a Redis.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly Func<CancellationToken, Task<RedisStore>> _connect;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _done;
    private RedisStore? _store;
    private int _disposed;

    /// <param name="connect">Makes the store.</param>
    /// <param name="options">The store's options.</param>
    public Connecting(Func<CancellationToken, Task<RedisStore>> connect, RedisStoreOptions options)
    {
        _connect = connect;
        _clock = options.TimeProvider ?? TimeProvider.System;
        Mode = options.FailureMode;
        Local = new LocalFallback(options.LocalShare, _clock);
        // Clients look up names before they first await.
        _done = Task.Run(ConnectAsync);
    }

    /// <summary>The store's own failure mode.</summary>
    public FailureMode Mode { get; }

    /// <summary>What answers meanwhile.</summary>
    public LocalFallback Local { get; }

    /// <summary>The store, once it is there.</summary>
    public RedisStore? Store => Volatile.Read(ref _store);

    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <summary>Waits a moment for the store. That it does not come is no error.</summary>
    public Task WaitAsync(CancellationToken ct) => Task.WhenAny(_done, Task.Delay(Patience, _clock, ct));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _done.ConfigureAwait(false);
        if (Store is { } store) await store.DisposeAsync().ConfigureAwait(false);
        Local.Dispose();
        _stop.Dispose();
    }

    private async Task ConnectAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Volatile.Write(ref _store, await _connect(_stop.Token).ConfigureAwait(false));
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Some versions of the client throw for a server that is away though they are told not to. It is tried until it is there.
                await Task.WhenAny(Task.Delay(RetryPause, _clock, _stop.Token)).ConfigureAwait(false);
            }
        }
    }
}
