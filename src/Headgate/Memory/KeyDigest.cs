namespace Headgate.Memory;

/// <summary>128 bits that stand for a (namespace, limit, key): which segment, which slot, and what tells it from others there.</summary>
internal readonly record struct KeyDigest(ulong Low, ulong High)
{
    /// <summary>Marks a slot in use; with 7 bits that neither the segment nor the place in it is chosen by.</summary>
    public byte Tag => (byte)(0x80 | (High & 0x7F));
}
