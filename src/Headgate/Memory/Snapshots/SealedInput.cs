using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Headgate.Memory.Snapshots;

/// <summary>What <see cref="SealedOutput"/> wrote, read back. Whatever is asked for is there or is refused. Not thread-safe.</summary>
internal sealed class SealedInput(Stream stream) : IDisposable
{
    private readonly IncrementalHash _checksum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at;
    private int _end;
    private long _before;

    /// <summary>How many bytes have been taken.</summary>
    public long Position => _before + _at;

    /// <summary>The next bytes, at most 4 KiB, valid until more are asked for.</summary>
    /// <exception cref="InvalidDataException">The stream ends before.</exception>
    public ReadOnlySpan<byte> Next(int bytes)
    {
        if (_end - _at < bytes) Fill(bytes);
        if (_end - _at < bytes) throw Refused($"it ends after {_before + _end} bytes, in the middle; it was not written to its end, or cut off since.");
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_at, bytes);
        _at += bytes;
        return taken;
    }

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Next(4));

    public byte ReadByte() => Next(1)[0];

    public KeyDigest ReadDigest()
    {
        ReadOnlySpan<byte> bytes = Next(16);
        return new KeyDigest(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    /// <summary>Reads the checksum, holds it against all that was taken, and makes sure that nothing follows.</summary>
    public void Unseal()
    {
        _checksum.AppendData(_buffer.AsSpan(0, _at));
        _before += _at;
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        _end -= _at;
        _at = 0;
        Span<byte> expected = stackalloc byte[SnapshotFormat.ChecksumBytes];
        _checksum.GetHashAndReset(expected);
        if (!Next(SnapshotFormat.ChecksumBytes).SequenceEqual(expected)) throw Refused("its checksum does not fit: bytes in it were changed after it was written.");
        if (_at == _end) Fill(1);
        if (_at < _end) throw Refused($"more follows after its end at {Position} bytes.");
    }

    public void Dispose() => _checksum.Dispose();

    /// <summary>Why a snapshot is not taken.</summary>
    public static InvalidDataException Refused(string why) => new($"The snapshot cannot be restored: {why}");

    private void Fill(int bytes)
    {
        _checksum.AppendData(_buffer.AsSpan(0, _at));
        _before += _at;
        _buffer.AsSpan(_at, _end - _at).CopyTo(_buffer);
        _end -= _at;
        _at = 0;
        while (_end < bytes)
        {
            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0) return;
            _end += read;
        }
    }
}
