using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Headgate.Memory;

/// <summary>
/// A 128-bit hash of a key under secrets drawn once a process, so that nobody can choose keys that collide (law 13).
/// With AES instructions: each 16-byte block, masked by a secret of its place, goes through four AES rounds and the results are xored.
/// Elsewhere SipHash-2-4 with 128 bits.
/// </summary>
/// <remarks>
/// Four rounds of AES with independent keys have a differential probability of at most 2^-113 (Keliher and Sui, 2007), which makes the sum
/// a universal hash (the construction of PMAC, Rogaway 2002): two keys chosen without knowing the secrets collide with about that
/// probability. Digests never leave the process, so nothing about the secrets can be learnt from them.
/// The encoding is injective: for one length the blocks determine the text, and the length has a term of its own.
/// </remarks>
internal static class KeyHash
{
    /// <summary>Blocks that have a mask of their own; a longer text is hashed in runs of so many, each under the digest of those before.</summary>
    private const int RunBlocks = 64;
    private const int BlockBytes = 16;

    private static readonly Vector128<byte>[] Masks = Secrets(RunBlocks);
    private static readonly Vector128<byte> Key0 = Secrets(1)[0], Key1 = Secrets(1)[0], Key2 = Secrets(1)[0], Key3 = Secrets(1)[0];
    private static readonly (ulong, ulong) SipKey = (Secrets(1)[0].AsUInt64()[0], Secrets(1)[0].AsUInt64()[0]);

    /// <summary>The digest of <paramref name="text"/> in the domain of <paramref name="tweak"/>, itself a digest of what the keys belong to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeyDigest Compute(string text, KeyDigest tweak)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text.AsSpan());
        return Aes.IsSupported && bytes.Length <= RunBlocks * BlockBytes ? ByAes(bytes, tweak) : Other(bytes, tweak);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static KeyDigest Other(ReadOnlySpan<byte> bytes, KeyDigest tweak)
    {
        if (!Aes.IsSupported) return SipHash.Compute(SipKey, tweak, bytes);
        const int Run = RunBlocks * BlockBytes;
        KeyDigest digest = ByAes(default, tweak with { Low = tweak.Low ^ (ulong)bytes.Length });
        for (; bytes.Length > Run; bytes = bytes[Run..]) digest = ByAes(bytes[..Run], digest);
        return ByAes(bytes, digest);
    }

    private static KeyDigest ByAes(ReadOnlySpan<byte> bytes, KeyDigest tweak)
    {
        int length = bytes.Length;
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        ref Vector128<byte> mask = ref MemoryMarshal.GetArrayDataReference(Masks);
        (Vector128<byte> key0, Vector128<byte> key1, Vector128<byte> key2, Vector128<byte> key3) = (Key0, Key1, Key2, Key3);

        Vector128<byte> sum = Vector128.Create(tweak.Low ^ (ulong)length, tweak.High).AsByte();
        sum = Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(sum, key0), key1), key2), key3);
        if (length >= BlockBytes)
        {
            int i = 0;
            for (; i + BlockBytes <= length; i += BlockBytes)
            {
                Vector128<byte> block = Vector128.LoadUnsafe(ref start, (nuint)i) ^ mask;
                sum ^= Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(block, key0), key1), key2), key3);
                mask = ref Unsafe.Add(ref mask, 1);
            }

            if (i < length)
            {
                // The last 16 bytes again: with the length known, no two tails give the same block.
                Vector128<byte> block = Vector128.LoadUnsafe(ref start, (nuint)(length - BlockBytes)) ^ mask;
                sum ^= Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(block, key0), key1), key2), key3);
            }
        }
        else if (length > 0)
        {
            Vector128<byte> block = Short(ref start, length) ^ mask;
            sum ^= Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(Aes.Encrypt(block, key0), key1), key2), key3);
        }

        return new KeyDigest(sum.AsUInt64().ToScalar(), sum.AsUInt64().GetElement(1));
    }

    /// <summary>2 to 14 bytes as a block: the first and the last of them, which overlap but leave none out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Short(ref byte start, int length)
    {
        (ulong first, ulong last) = length switch
        {
            >= 8 => (Unsafe.ReadUnaligned<ulong>(ref start), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8))),
            >= 4 => (Unsafe.ReadUnaligned<uint>(ref start), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4))),
            _ => (Unsafe.ReadUnaligned<ushort>(ref start), 0UL),
        };
        return Vector128.Create(first, last).AsByte();
    }

    private static Vector128<byte>[] Secrets(int count)
    {
        Vector128<byte>[] secrets = new Vector128<byte>[count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(secrets.AsSpan()));
        return secrets;
    }
}
