using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;

namespace Headgate.AspNetCore.Tests.SignalR;

/// <summary>Connects SignalR's own hub client over a WebSocket, without negotiation.</summary>
internal sealed class WebSocketConnections(Action<ClientWebSocketOptions>? configure = null) : IConnectionFactory
{
    public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ClientWebSocket socket = new();
        configure?.Invoke(socket.Options);
        await socket.ConnectAsync(((UriEndPoint)endpoint).Uri, cancellationToken);
        return new Connection(socket);
    }

    private sealed class Connection : DefaultConnectionContext
    {
        private readonly ClientWebSocket _socket;
        private readonly CancellationTokenSource _closed = new();
        private readonly Task _pumps;

        public Connection(ClientWebSocket socket)
            : base(Guid.NewGuid().ToString())
        {
            _socket = socket;
            DuplexPipe.Pair pair = DuplexPipe.Create();
            Transport = pair.Transport;
            ConnectionClosed = _closed.Token;
            _pumps = Task.WhenAll(ReceiveAsync(pair.Application.Output), SendAsync(pair.Application.Input));
        }

        public override void Abort(ConnectionAbortedException abortReason) => _socket.Abort();

        public override async ValueTask DisposeAsync()
        {
            await Transport.Output.CompleteAsync();
            await Transport.Input.CompleteAsync();
            _socket.Abort();
            await _pumps;
            _socket.Dispose();
            _closed.Dispose();
            await base.DisposeAsync();
        }

        private async Task ReceiveAsync(PipeWriter output)
        {
            try
            {
                while (true)
                {
                    ValueWebSocketReceiveResult got = await _socket.ReceiveAsync(output.GetMemory(4096), CancellationToken.None);
                    if (got.MessageType == WebSocketMessageType.Close) break;
                    output.Advance(got.Count);
                    if ((await output.FlushAsync()).IsCompleted) break;
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side, or this one, has left.
                await output.CompleteAsync();
                return;
            }

            await output.CompleteAsync();
        }

        private async Task SendAsync(PipeReader input)
        {
            try
            {
                while (true)
                {
                    ReadResult read = await input.ReadAsync();
                    foreach (ReadOnlyMemory<byte> part in read.Buffer) await _socket.SendAsync(part, WebSocketMessageType.Text, true, CancellationToken.None);
                    input.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted) break;
                }
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                await input.CompleteAsync();
                return;
            }

            await input.CompleteAsync();
        }
    }

    private sealed class DuplexPipe(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;

        public static Pair Create()
        {
            Pipe up = new();
            Pipe down = new();
            return new Pair(new DuplexPipe(down.Reader, up.Writer), new DuplexPipe(up.Reader, down.Writer));
        }

        public sealed record Pair(IDuplexPipe Transport, IDuplexPipe Application);
    }
}
