using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Cli.Soak;

/// <summary>
/// One keep-alive connection that sends bytes and reads answers, without allocating: what is measured is the service, and not a client. Reads HTTP/1.1
/// answers with a Content-Length or in chunks. One caller at a time.
/// </summary>
internal sealed class HttpLine(IPEndPoint target) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Socket? _socket;

    /// <summary>Sends a request and reads the whole answer, over a new connection if there is none.</summary>
    /// <exception cref="IOException">The connection broke, or the answer is none.</exception>
    public async ValueTask<HttpReply> AskAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        try
        {
            if (_socket is null) await ConnectAsync(ct).ConfigureAwait(false);
            await SendAsync(request, ct).ConfigureAwait(false);
            HttpReply reply = await ReadAsync(ct).ConfigureAwait(false);
            if (reply.Closes) Close();
            return reply;
        }
        catch (SocketException broken)
        {
            Close();
            throw new IOException(broken.Message, broken);
        }
        catch
        {
            Close();
            throw;
        }
    }

    public void Dispose() => Close();

    private async Task ConnectAsync(CancellationToken ct)
    {
        Socket socket = new(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, ct).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        _socket = socket;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        while (!request.IsEmpty) request = request[await _socket!.SendAsync(request, ct).ConfigureAwait(false)..];
    }

    private async ValueTask<HttpReply> ReadAsync(CancellationToken ct)
    {
        int filled = 0;
        int headerEnd;
        while ((headerEnd = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0) filled += await FillAsync(filled, ct).ConfigureAwait(false);
        HttpReply reply = HttpReply.Parse(_buffer.AsSpan(0, headerEnd + 2));
        int bodyStart = headerEnd + 4;
        if (reply.IsChunked)
        {
            // The last chunk and no trailer: nothing that is asked here answers otherwise, and a body may hold these bytes only at its end.
            while (!_buffer.AsSpan(bodyStart, filled - bodyStart).EndsWith("0\r\n\r\n"u8)) filled = await ShiftAsync(filled, bodyStart, ct).ConfigureAwait(false);
            return reply;
        }

        int left = reply.Length - (filled - bodyStart);
        if (left < 0) throw new IOException("More came than the answer's length says.");
        while (left > 0) left -= await FillAsync(filled < _buffer.Length - left ? filled : 0, ct, left).ConfigureAwait(false);
        return reply;
    }

    /// <summary>Keeps the last bytes of a body that is longer than the buffer: its end is all that matters.</summary>
    private async ValueTask<int> ShiftAsync(int filled, int bodyStart, CancellationToken ct)
    {
        if (filled > _buffer.Length / 2)
        {
            int kept = Math.Min(16, filled - bodyStart);
            _buffer.AsSpan(filled - kept, kept).CopyTo(_buffer.AsSpan(bodyStart));
            filled = bodyStart + kept;
        }

        return filled + await FillAsync(filled, ct).ConfigureAwait(false);
    }

    private async ValueTask<int> FillAsync(int at, CancellationToken ct, int most = int.MaxValue)
    {
        if (at == _buffer.Length) throw new IOException("The header of the answer is too long.");
        int read = await _socket!.ReceiveAsync(_buffer.AsMemory(at, Math.Min(most, _buffer.Length - at)), ct).ConfigureAwait(false);
        return read > 0 ? read : throw new IOException("The connection was closed before the answer had come.");
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}

/// <summary>The head of an answer.</summary>
/// <param name="Status">200, 503, ....</param>
/// <param name="Length">Bytes of the body; 0 if it comes in chunks.</param>
/// <param name="IsChunked">True if it comes in chunks.</param>
/// <param name="Closes">True if the connection is closed behind it.</param>
internal readonly record struct HttpReply(int Status, int Length, bool IsChunked, bool Closes)
{
    /// <param name="head">The status line and the fields, each with its line end.</param>
    public static HttpReply Parse(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1."u8) || head.Length < 13 || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out _)) throw new IOException("This is no HTTP answer.");
        ReadOnlySpan<byte> length = Field(head, "\r\ncontent-length:"u8);
        bool closes = Contains(Field(head, "\r\nconnection:"u8), "close"u8);
        bool chunked = Contains(Field(head, "\r\ntransfer-encoding:"u8), "chunked"u8);
        return new HttpReply(status, length.IsEmpty || !Utf8Parser.TryParse(length, out int bytes, out _) ? 0 : bytes, chunked, closes);
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (int at = head.IndexOf("\r\n"u8); at >= 0 && at + name.Length <= head.Length;)
        {
            ReadOnlySpan<byte> rest = head[at..];
            if (System.Text.Ascii.EqualsIgnoreCase(rest[..Math.Min(name.Length, rest.Length)], name))
            {
                rest = rest[name.Length..];
                return rest[..rest.IndexOf("\r\n"u8)].Trim((byte)' ');
            }

            int next = rest[2..].IndexOf("\r\n"u8);
            if (next < 0) break;
            at += 2 + next;
        }

        return default;
    }

    private static bool Contains(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(value, word);
}
