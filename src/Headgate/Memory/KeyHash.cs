using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Headgate.Memory;

/// <summary>
/// A 128-bit hash of a key under secrets of one store, so that nobody can choose keys that collide (law 13).
/// With AES instructions: each 16-byte block, masked by a secret of its place, goes through four AES rounds and the results are xored.
/// Elsewhere SipHash-2-4 with 128 bits.
/// </summary>
/// <remarks>
/// Four rounds of AES with independent keys have a differential probability of at most 2^-113 (Keliher and Sui, 2007), which makes the sum
/// a universal hash (the construction of PMAC, Rogaway 2002): two keys chosen without knowing the secrets collide with about that
/// probability. Digests leave the process in a snapshot only, and that holds the secrets as well.
/// The encoding is injective: for one length the blocks determine the text, and the length has a term of its own.
/// The secrets lie in the object itself, next to each other: one load away from the binding, whose domain is needed at the same time.
/// </remarks>
internal sealed class KeyHash
{
    /// <summary>What the secrets take in a snapshot: the masks, four keys for AES and one for SipHash.</summary>
    public const int SecretBytes = (RunBlocks + 5) * BlockBytes;

    /// <summary>A hash for keys that no store keeps: where a limit is taken apart without one.</summary>
    public static readonly KeyHash OfProcess = Draw();

    /// <summary>Blocks that have a mask of their own; a longer text is hashed in runs of so many, each under the digest of those before.</summary>
    private const int RunBlocks = 64;
    private const int BlockBytes = 16;

    private readonly Vector128<byte> _key0, _key1, _key2, _key3;
    private readonly (ulong Low, ulong High) _sipKey;
    private MaskArray _masks;

    /// <param name="secrets"><see cref="SecretBytes"/> bytes.</param>
    public KeyHash(ReadOnlySpan<byte> secrets)
    {
        secrets[..(RunBlocks * BlockBytes)].CopyTo(MemoryMarshal.AsBytes((Span<Vector128<byte>>)_masks));
        secrets = secrets[(RunBlocks * BlockBytes)..];
        _key0 = Vector128.Create(secrets[..BlockBytes]);
        _key1 = Vector128.Create(secrets[BlockBytes..(2 * BlockBytes)]);
        _key2 = Vector128.Create(secrets[(2 * BlockBytes)..(3 * BlockBytes)]);
        _key3 = Vector128.Create(secrets[(3 * BlockBytes)..(4 * BlockBytes)]);
        _sipKey = (BinaryPrimitives.ReadUInt64LittleEndian(secrets[(4 * BlockBytes)..]), BinaryPrimitives.ReadUInt64LittleEndian(secrets[((4 * BlockBytes) + 8)..]));
    }

    /// <summary>True if keys are hashed by AES here, false if by SipHash: the digests differ.</summary>
    public static bool UsesAes => Aes.IsSupported;

    /// <summary>A hash under fresh random secrets.</summary>
    public static KeyHash Draw()
    {
        Span<byte> secrets = stackalloc byte[SecretBytes];
        RandomNumberGenerator.Fill(secrets);
        return new KeyHash(secrets);
    }

    /// <summary>Writes what the constructor reads.</summary>
    public void CopySecrets(Span<byte> destination)
    {
        MemoryMarshal.AsBytes((Span<Vector128<byte>>)_masks).CopyTo(destination);
        destination = destination[(RunBlocks * BlockBytes)..];
        _key0.CopyTo(destination);
        _key1.CopyTo(destination[BlockBytes..]);
        _key2.CopyTo(destination[(2 * BlockBytes)..]);
        _key3.CopyTo(destination[(3 * BlockBytes)..]);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[(4 * BlockBytes)..], _sipKey.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[((4 * BlockBytes) + 8)..], _sipKey.High);
    }

    /// <summary>The digest of <paramref name="text"/> in the domain of <paramref name="tweak"/>, itself a digest of what the keys belong to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyDigest Compute(string text, KeyDigest tweak)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text.AsSpan());
        return Aes.IsSupported && bytes.Length <= RunBlocks * BlockBytes ? ByAes(bytes, tweak) : Other(bytes, tweak);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private KeyDigest Other(ReadOnlySpan<byte> bytes, KeyDigest tweak)
    {
        if (!Aes.IsSupported) return SipHash.Compute(_sipKey, tweak, bytes);
        const int Run = RunBlocks * BlockBytes;
        KeyDigest digest = ByAes(default, tweak with { Low = tweak.Low ^ (ulong)bytes.Length });
        for (; bytes.Length > Run; bytes = bytes[Run..]) digest = ByAes(bytes[..Run], digest);
        return ByAes(bytes, digest);
    }

    /// <summary>Called, not inlined: what it needs in registers would push out what a decision needs.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private KeyDigest ByAes(ReadOnlySpan<byte> bytes, KeyDigest tweak)
    {
        int length = bytes.Length;
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        ref Vector128<byte> mask = ref _masks[0];
        (Vector128<byte> key0, Vector128<byte> key1, Vector128<byte> key2, Vector128<byte> key3) = (_key0, _key1, _key2, _key3);

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

    [InlineArray(RunBlocks)]
    private struct MaskArray
    {
        private Vector128<byte> _first;
    }
}
