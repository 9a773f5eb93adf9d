using Headgate.Redis.Resilience;
using StackExchange.Redis;

namespace Headgate.Server.Changes.Redis;

/// <summary>
/// A connection of the configuration's own. Made when it is first needed, and anew when it is lost or silent: what is sent over it may arrive twice and does
/// no harm, because every script looks at the version first. For one caller at a time.
/// </summary>
/// <param name="configuration">As StackExchange.Redis reads it. It may have a password in it, and is never shown.</param>
/// <param name="database">The database number; -1 for the connection's own.</param>
/// <param name="channel">Where others say that they changed something.</param>
/// <param name="heard">Called for each message there.</param>
/// <param name="clock">The clock of time-outs.</param>
internal sealed class RedisLink(string configuration, int database, string channel, Action heard, TimeProvider clock) : IAsyncDisposable
{
    private const int ConnectMillis = 2_000;

    /// <summary>A call that has not been answered for so long will not be: the connection is given up.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private ConnectionMultiplexer? _connection;
    private Task _unanswered = Task.CompletedTask;
    private long _since;
    private bool _disposed;

    /// <summary>Runs a script.</summary>
    /// <exception cref="ConfigUnavailableException">It was not answered in time, or refused. Without an answer it may have run.</exception>
    public async Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values, TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            ConnectionMultiplexer connection = await ConnectAsync(ct).ConfigureAwait(false);
            Task<RedisResult> call = connection.GetDatabase(database).ScriptEvaluateAsync(script, keys, values);
            (_unanswered, _since) = (call, clock.GetTimestamp());
            return await call.WaitAsync(timeout, clock, ct).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is RedisException or TimeoutException or ObjectDisposedException or InvalidOperationException)
        {
            throw new ConfigUnavailableException($"the configuration in Redis cannot be asked. {Failures.Explain(failed)}", failed);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await DropAsync().ConfigureAwait(false);
    }

    private async Task<ConnectionMultiplexer> ConnectAsync(CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_connection is { } there)
        {
            bool isSilent = !_unanswered.IsCompleted && clock.GetElapsedTime(_since) > Silence;
            if (there.IsConnected && !isSilent)
            {
                // What hangs is not asked more and more.
                if (!_unanswered.IsCompleted) throw new TimeoutException();
                return there;
            }

            await DropAsync().ConfigureAwait(false);
        }

        ConfigurationOptions options = ConfigurationOptions.Parse(configuration);
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.ConnectTimeout = ConnectMillis;
        ConnectionMultiplexer fresh = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(ct).ConfigureAwait(false);
        _connection = fresh;
        _unanswered = Task.CompletedTask;
        // Without the subscription nothing is missed, only seen later; but an answer to it says that it is there.
        await fresh.GetSubscriber().SubscribeAsync(new RedisChannel(channel, RedisChannel.PatternMode.Literal), (_, _) => heard()).WaitAsync(TimeSpan.FromMilliseconds(ConnectMillis), clock, ct)
            .ConfigureAwait(false);
        return fresh;
    }

    private async Task DropAsync()
    {
        if (Interlocked.Exchange(ref _connection, null) is not { } old) return;
        // Nobody waits for it any more; whether it fails is all the same.
        _ = _unanswered.ContinueWith(static failed => failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        try
        {
            await old.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            old.Dispose();
        }
        catch (Exception closing) when (closing is RedisException or ObjectDisposedException or InvalidOperationException)
        {
            // It is given up because it does not work.
        }
    }
}
