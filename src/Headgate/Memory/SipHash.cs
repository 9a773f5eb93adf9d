using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Headgate.Memory;

/// <summary>SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012, and their reference code), for machines without AES instructions.</summary>
internal static class SipHash
{
    /// <summary>The digest of the 16 bytes of <paramref name="prefix"/>, if there is one, followed by <paramref name="data"/>.</summary>
    public static KeyDigest Compute((ulong Low, ulong High) key, KeyDigest? prefix, ReadOnlySpan<byte> data)
    {
        State state = new(key);
        int length = data.Length;
        if (prefix is { } head)
        {
            state.Absorb(head.Low);
            state.Absorb(head.High);
            length += 16;
        }

        while (data.Length >= 8)
        {
            state.Absorb(BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        ulong last = (ulong)length << 56;
        for (int i = 0; i < data.Length; i++) last |= (ulong)data[i] << (8 * i);
        state.Absorb(last);
        return state.Finish();
    }

    [StructLayout(LayoutKind.Auto)]
    private struct State((ulong Low, ulong High) key)
    {
        private ulong _v0 = key.Low ^ 0x736f6d6570736575;
        private ulong _v1 = key.High ^ 0x646f72616e646f6d ^ 0xee;
        private ulong _v2 = key.Low ^ 0x6c7967656e657261;
        private ulong _v3 = key.High ^ 0x7465646279746573;

        public void Absorb(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        public KeyDigest Finish()
        {
            _v2 ^= 0xee;
            for (int i = 0; i < 4; i++) Round();
            ulong low = _v0 ^ _v1 ^ _v2 ^ _v3;
            _v1 ^= 0xdd;
            for (int i = 0; i < 4; i++) Round();
            return new KeyDigest(low, _v0 ^ _v1 ^ _v2 ^ _v3);
        }

        private void Round()
        {
            _v0 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 += _v3;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 += _v1;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
