using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Headgate.Server.Hosting;

/// <summary>The connections that are open, each with its <see cref="RequestWatch"/>. Thread-safe.</summary>
internal sealed class Connections(ServeOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<RequestWatch, ConnectionContext> _open = new();

    /// <summary>How many are open now, idle ones too.</summary>
    public int Count => _open.Count;

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        RequestWatch watch = new(connection, clock, options.RequestTimeout);
        _open.TryAdd(watch, connection);
        connection.Features.Set(watch);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(static state => ((RequestWatch)state).Look(), watch);
        try
        {
            using CancellationTokenRegistration left = connection.ConnectionClosed.UnsafeRegister(static state => ((RequestWatch)state!).Leave(), watch);
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            _open.TryRemove(watch, out _);
        }
    }

    /// <summary>Cuts all that are open.</summary>
    /// <param name="reason">For the log of the server.</param>
    /// <returns>How many there were.</returns>
    public int AbortAll(string reason)
    {
        int cut = 0;
        foreach ((_, ConnectionContext connection) in _open)
        {
            connection.Abort(new ConnectionAbortedException(reason));
            cut++;
        }

        return cut;
    }
}
