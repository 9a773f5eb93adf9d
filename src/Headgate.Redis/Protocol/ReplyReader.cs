using System.Buffers.Binary;

namespace Headgate.Redis.Protocol;

/// <summary>Reads what the scripts packed.</summary>
internal ref struct ReplyReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Left => _rest.Length;

    public byte Byte()
    {
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public int Short()
    {
        int value = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        _rest = _rest[2..];
        return value;
    }

    public uint Int()
    {
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public long Number()
    {
        long value = (long)BinaryPrimitives.ReadDoubleLittleEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        ReadOnlySpan<byte> bytes = _rest[..count];
        _rest = _rest[count..];
        return bytes;
    }

    /// <summary>An integer of 1 to 8 bytes, within a state.</summary>
    public static long Integer(ReadOnlySpan<byte> state, int at, int size)
    {
        ulong value = 0;
        for (int i = size - 1; i >= 0; i--) value = (value << 8) | state[at + i];
        return (long)value;
    }
}
