namespace Headgate.Redis.Keys;

/// <summary>The slot of a key in a Redis Cluster: CRC-16/XMODEM of its hash tag, or of all of it, modulo 16,384 (Redis Cluster specification).</summary>
internal static class HashSlot
{
    public const int Count = 16_384;

    private const ushort Polynomial = 0x1021;

    private static readonly ushort[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    public static int Of(ReadOnlySpan<byte> key)
    {
        int open = key.IndexOf((byte)'{');
        if (open >= 0)
        {
            int length = key[(open + 1)..].IndexOf((byte)'}');
            if (length > 0) key = key.Slice(open + 1, length);
        }

        ushort crc = 0;
        foreach (byte b in key) crc = (ushort)((crc << 8) ^ Table[(crc >> 8) ^ b]);
        return crc % Count;
    }

    private static ushort Entry(int index)
    {
        int crc = index << 8;
        for (int bit = 0; bit < 8; bit++) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
        return (ushort)crc;
    }
}
