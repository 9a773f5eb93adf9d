using System.Buffers.Binary;

namespace Headgate.Redis.Protocol;

/// <summary>Bytes as the scripts unpack them: little-endian, numbers as doubles that hold an integer below 2^53. Not thread-safe.</summary>
internal sealed class RequestWriter
{
    private byte[] _bytes = new byte[256];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Byte(int value) => Reserve(1)[0] = (byte)value;

    public void Short(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Reserve(2), (ushort)value);

    public void Number(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Reserve(8), value);

    public void Lease(LeaseId lease) => BinaryPrimitives.WriteUInt128BigEndian(Reserve(16), lease.Value);

    public int Length => _length;

    private Span<byte> Reserve(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
