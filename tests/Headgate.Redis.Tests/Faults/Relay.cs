using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Redis.Tests.Faults;

/// <summary>
/// A network between a store and its server that can fail as networks do: packets of connections that exist are dropped from some moment on, for ever and
/// without a word, while new connections are fine. So it is when a firewall forgets a connection, or an address moves to another host.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly EndPoint _server;
    private readonly Task _accepting;
    private volatile int _generation;

    public Relay(RedisProcess server)
    {
        _server = server.EndPoint;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Configuration => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>From now on nothing gets through on the connections that exist.</summary>
    public void ForgetConnections() => Interlocked.Increment(ref _generation);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (Socket socket in _sockets) socket.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                Socket server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                _sockets.Add(client);
                _sockets.Add(server);
                await server.ConnectAsync(_server, _stop.Token);
                _ = CopyAsync(client, server, _generation);
                _ = CopyAsync(server, client, _generation);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                return;
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, int generation)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            for (int length; (length = await from.ReceiveAsync(buffer, _stop.Token)) > 0;)
            {
                if (_generation == generation) await to.SendAsync(buffer.AsMemory(0, length), _stop.Token);
            }

            if (_generation == generation) to.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The other side has gone, or the test is over.
            return;
        }
    }
}
