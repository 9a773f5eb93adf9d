using System.Net;

namespace Headgate.Client.Calls;

/// <summary>
/// A body that knows whether anybody has begun to send it: a service that never had a byte of it cannot have decided it. One that must not be sent twice
/// refuses to be, whoever asks: a redirect, a handler that retries, the connection pool.
/// </summary>
internal sealed class OnceContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly bool _onlyOnce;
    private int _begun;

    public OnceContent(ReadOnlyMemory<byte> body, bool onlyOnce)
    {
        _body = body;
        _onlyOnce = onlyOnce;
        Headers.ContentType = new("application/json");
    }

    public bool HasBegun => Volatile.Read(ref _begun) != 0;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begin();
        return stream.WriteAsync(_body, cancellationToken).AsTask();
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begin();
        stream.Write(_body.Span);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    private void Begin()
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0 && _onlyOnce)
            throw new InvalidOperationException("This check was sent once already, and sent again it could be charged twice. Take handlers that retry or redirect off the client.");
    }
}
