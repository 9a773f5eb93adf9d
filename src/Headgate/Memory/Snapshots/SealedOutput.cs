using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Memory.Snapshots;

/// <summary>Bytes on their way to a stream, in large pieces and with a checksum over all of them at the end. Not thread-safe.</summary>
internal sealed class SealedOutput(Stream stream) : IDisposable
{
    private readonly IncrementalHash _checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _count;

    /// <summary>Room for the next bytes, at most 4 KiB; they count as written.</summary>
    public Span<byte> Next(int bytes)
    {
        if (_buffer.Length - _count < bytes) Flush();
        Span<byte> room = _buffer.AsSpan(_count, bytes);
        _count += bytes;
        return room;
    }

    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Next(8), value);

    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Next(4), value);

    public void WriteByte(byte value) => Next(1)[0] = value;

    public void WriteDigest(KeyDigest digest)
    {
        Span<byte> bytes = Next(16);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, digest.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], digest.High);
    }

    /// <summary>Writes the checksum of all so far, and the rest of what was held back.</summary>
    public void Seal()
    {
        Flush();
        stream.Write(_checksum.GetHashAndReset());
        stream.Flush();
    }

    public void Dispose() => _checksum.Dispose();

    private void Flush()
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(0, _count);
        _checksum.AppendData(bytes);
        stream.Write(bytes);
        _count = 0;
    }
}
