using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Http;

/// <summary>The JSON of an answer, written by hand into rented memory and sent at once with its length. A mutable struct: pass it by reference, dispose it once.</summary>
internal struct AnswerBuffer : IDisposable
{
    private const int LongestNumber = 20;
    private const long MicrosPerSecond = 1_000_000;

    private byte[] _bytes;
    private int _length;

    public AnswerBuffer(int capacity)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>What has been written.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Write(ReadOnlySpan<byte> utf8) => utf8.CopyTo(Take(utf8.Length));

    public void Write(bool value) => Write(value ? "true"u8 : "false"u8);

    public void Write(long number)
    {
        Reserve(LongestNumber);
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(_length), out int written);
        _length += written;
    }

    /// <summary>Writes a time, or a span of it, as seconds: exact to the microsecond, without zeros at the end. Not negative.</summary>
    public void WriteSeconds(long micros)
    {
        (long seconds, long rest) = Math.DivRem(micros, MicrosPerSecond);
        Write(seconds);
        if (rest == 0) return;
        Span<byte> decimals = stackalloc byte[7];
        decimals[0] = (byte)'.';
        for (int i = 6; i > 0; i--)
        {
            decimals[i] = (byte)('0' + (rest % 10));
            rest /= 10;
        }

        Write(decimals.TrimEnd((byte)'0'));
    }

    /// <summary>Writes a text in quotes.</summary>
    public void WriteText(string text)
    {
        Write("\""u8);
        Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        Write("\""u8);
    }

    /// <summary>Gives what was written to the response, whose status and header fields may still be changed before.</summary>
    public readonly void Send(HttpResponse response)
    {
        response.ContentType = "application/json";
        response.ContentLength = _length;
        response.BodyWriter.Write(Written);
    }

    public void Dispose()
    {
        if (_bytes.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        (_bytes, _length) = ([], 0);
    }

    private Span<byte> Take(int count)
    {
        Reserve(count);
        Span<byte> taken = _bytes.AsSpan(_length, count);
        _length += count;
        return taken;
    }

    private void Reserve(int count)
    {
        if (_bytes.Length - _length >= count) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, _length + count));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
