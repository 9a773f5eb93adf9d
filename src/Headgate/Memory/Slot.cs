using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>A state of whatever algorithm: the head that all share and two words of its own.</summary>
[StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
internal struct Cell
{
    public StateHead Head;
    public long Third;

    /// <summary>In a table whose states own memory: the address of the block, or 0.</summary>
    public long Fourth;
}

/// <summary>A key's place in a segment: 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Slot
{
    public KeyDigest Digest;
    public Cell Cell;
}

/// <summary>
/// 64 slots in native memory, with a byte for each in front: 0 free, 1 freed while the group was full, else the digest's tag.
/// All blocks are of one size, so what one segment frees another can use and the heap does not fragment.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Block
{
    public const int Slots = 64;
    public const int Bytes = Slots + (Slots * 48);
    public const byte Free = 0;
    public const byte Freed = 1;

    public fixed byte Tags[Slots];

    public static Block* Allocate()
    {
        // Aligned to 16 like all of the heap, which is what a group of tags needs. Asking for 64 would leave holes that nothing fits into.
        Block* block = (Block*)NativeMemory.Alloc(Bytes);
        new Span<byte>(block->Tags, Slots).Clear();
        return block;
    }

    /// <summary>The slot behind tag <paramref name="index"/>.</summary>
    public static Slot* SlotAt(Block* block, int index) => (Slot*)((byte*)block + Slots) + index;
}
