using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Headgate.Memory;

/// <summary>
/// Up to 960 keys behind one gate: an open-addressing table of 1 to 16 blocks that grows by a block or two at a time and splits in two
/// when it is full. Keys are probed in groups of 16 by their tags at once.
/// </summary>
/// <remarks>
/// Everything but <see cref="Gate"/> is read and written under it. A group that still has a free slot was never full since the segment was
/// rebuilt, so no probe has gone past it: a search ends there, and a slot freed there is free at once.
/// </remarks>
internal sealed unsafe class Segment
{
    /// <summary>Slots of the largest segment.</summary>
    public const int MaxSlots = MaxBlocks * Block.Slots;

    private const int MaxBlocks = 16;
    private const int GroupSlots = 16;
    private const int GroupsPerBlock = Block.Slots / GroupSlots;

    /// <summary>Keys a block after a rebuild, and keys and freed slots a block that call for the next: 87.5 % and 93.75 % of 64.</summary>
    private const int RoomySlots = 56, FullSlots = 60;

    /// <summary>A segment with fewer keys a block than this gives blocks back.</summary>
    private const int SparseSlots = 24;

    public SpinGate Gate;
    private int _groups;
    private int _keys;
    private int _freed;
    private int _hand;
    private uint _decisions;
    private Blocks _blocks;

    private ulong _prefix;
    private readonly bool _ownsMemory;
    private static long _lastOrder;

    public Segment(int depth, ulong prefix, bool ownsMemory)
    {
        Depth = depth;
        _prefix = prefix;
        _ownsMemory = ownsMemory;
        Order = Interlocked.Increment(ref _lastOrder);
    }

    /// <summary>Who takes several gates takes them in this order, so no two wait for each other.</summary>
    public long Order { get; }

    /// <summary>The leading bits of a digest that choose this segment.</summary>
    public int Depth { get; private set; }

    /// <summary>Those bits.</summary>
    public ulong Prefix => _prefix;

    /// <summary>True if the key belongs here: not after a split moved it, nor after disposal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Owns(KeyDigest digest) => digest.High >> (64 - Depth) == _prefix;

    /// <summary>The greatest leading 64 bits of a digest that belongs here.</summary>
    public ulong Last => (_prefix << (64 - Depth)) | (ulong.MaxValue >> Depth);

    /// <summary>Counts a decision; true each 64th, when the caller does a little cleaning elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool CountDecision() => (++_decisions & 63) == 0;

    /// <summary>The key's slot, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Slot* Find(KeyDigest digest)
    {
        int groups = _groups;
        int group = Home(digest, groups);
        Vector128<byte> tag = Vector128.Create(digest.Tag);
        for (int probes = groups; probes > 0; probes--)
        {
            Block* block = _blocks[(int)((uint)group / GroupsPerBlock)];
            int first = (int)((uint)group % GroupsPerBlock * GroupSlots);
            Vector128<byte> tags = Vector128.LoadAligned(block->Tags + first);
            for (uint hits = Vector128.Equals(tags, tag).ExtractMostSignificantBits(); hits != 0; hits &= hits - 1)
            {
                Slot* slot = Block.SlotAt(block, first + BitOperations.TrailingZeroCount(hits));
                if (slot->Digest == digest) return slot;
            }

            if (Vector128.EqualsAny(tags, Vector128<byte>.Zero)) return null;
            if (++group == groups) group = 0;
        }

        return null;
    }

    /// <summary>True if so many more keys can be put in as it is.</summary>
    public bool HasRoom(int keys) => _keys + _freed + keys <= _groups / GroupsPerBlock * FullSlots;

    /// <summary>True if so many more keys would not fit into the largest segment.</summary>
    public bool MustSplit(int keys) => _keys + keys > MaxBlocks * FullSlots;

    /// <summary>Puts in a key that is not there and returns its slot, never seen. There must be room.</summary>
    public Slot* Insert(KeyDigest digest)
    {
        int groups = _groups;
        int group = Home(digest, groups);
        while (true)
        {
            Block* block = _blocks[group / GroupsPerBlock];
            int first = group % GroupsPerBlock * GroupSlots;
            Vector128<byte> tags = Vector128.LoadAligned(block->Tags + first);
            uint open = Vector128.LessThanOrEqual(tags, Vector128.Create(Block.Freed)).ExtractMostSignificantBits();
            if (open != 0)
            {
                int index = first + BitOperations.TrailingZeroCount(open);
                if (block->Tags[index] == Block.Freed) _freed--;
                block->Tags[index] = digest.Tag;
                _keys++;
                Slot* slot = Block.SlotAt(block, index);
                *slot = new Slot { Digest = digest };
                return slot;
            }

            if (++group == groups) group = 0;
        }
    }

    public void Remove(Slot* slot)
    {
        for (int b = 0; b < _groups / GroupsPerBlock; b++)
        {
            long offset = slot - Block.SlotAt(_blocks[b], 0);
            if (offset is >= 0 and < Block.Slots)
            {
                RemoveAt(_blocks[b], (int)offset);
                return;
            }
        }
    }

    /// <summary>Moves the clock hand over <paramref name="groups"/> groups and drops what decides like never seen. Returns how many it dropped.</summary>
    public int Sweep(int groups, long now)
    {
        int dropped = 0;
        for (groups = Math.Min(groups, _groups); groups > 0; groups--)
        {
            if (_hand >= _groups) _hand = 0;
            Block* block = _blocks[_hand / GroupsPerBlock];
            int first = _hand++ % GroupsPerBlock * GroupSlots;
            uint used = Vector128.LoadAligned(block->Tags + first).ExtractMostSignificantBits();
            for (; used != 0; used &= used - 1)
            {
                int index = first + BitOperations.TrailingZeroCount(used);
                if (Block.SlotAt(block, index)->Cell.Head.ForgetAt > now) continue;
                RemoveAt(block, index);
                dropped++;
            }
        }

        return dropped;
    }

    public int SweepAll(long now) => Sweep(_groups, now);

    /// <summary>
    /// Copies the slots, at most <see cref="MaxSlots"/>, whose digests have leading bits from <paramref name="first"/> to
    /// <paramref name="last"/> and that still count. Blocks that they own are not copied.
    /// </summary>
    public int Copy(ulong first, ulong last, long now, Span<Slot> slots)
    {
        int count = 0;
        for (int i = 0; i < _groups * GroupSlots; i++)
        {
            Block* block = _blocks[i / Block.Slots];
            if (block->Tags[i % Block.Slots] <= Block.Freed) continue;
            Slot* slot = Block.SlotAt(block, i % Block.Slots);
            if (slot->Digest.High < first || slot->Digest.High > last || slot->Cell.Head.ForgetAt <= now) continue;
            slots[count++] = *slot;
        }

        return count;
    }

    /// <summary>Copies the times at which keys are forgotten. Returns how many.</summary>
    public int CopyForgetTimes(Span<long> times)
    {
        int count = 0;
        for (int i = 0; i < _groups * GroupSlots; i++)
        {
            Block* block = _blocks[i / Block.Slots];
            if (block->Tags[i % Block.Slots] > Block.Freed) times[count++] = Block.SlotAt(block, i % Block.Slots)->Cell.Head.ForgetAt;
        }

        return count;
    }

    /// <summary>
    /// Drops every key that is forgotten before <paramref name="time"/>, and of those at that time as many as <paramref name="alike"/>
    /// says, which becomes less by them.
    /// </summary>
    public void DropSoonest(long time, ref long alike)
    {
        for (int i = 0; i < _groups * GroupSlots; i++)
        {
            Block* block = _blocks[i / Block.Slots];
            if (block->Tags[i % Block.Slots] <= Block.Freed) continue;
            long forgetAt = Block.SlotAt(block, i % Block.Slots)->Cell.Head.ForgetAt;
            if (forgetAt > time || (forgetAt == time && alike-- <= 0)) continue;
            RemoveAt(block, i % Block.Slots);
        }
    }

    /// <summary>Drops the key, of those in the next few groups that have any, that would decide like never seen soonest. False if there is no key.</summary>
    public bool Evict(long now, out bool forced)
    {
        Block* victim = null;
        int at = 0;
        long soonest = long.MaxValue;
        int looked = 0;
        for (int groups = _groups; groups > 0 && looked < 2 * GroupSlots; groups--)
        {
            if (_hand >= _groups) _hand = 0;
            Block* block = _blocks[_hand / GroupsPerBlock];
            int first = _hand++ % GroupsPerBlock * GroupSlots;
            uint used = Vector128.LoadAligned(block->Tags + first).ExtractMostSignificantBits();
            for (; used != 0; used &= used - 1, looked++)
            {
                int index = first + BitOperations.TrailingZeroCount(used);
                long forgetAt = Block.SlotAt(block, index)->Cell.Head.ForgetAt;
                if (victim != null && forgetAt >= soonest) continue;
                victim = block;
                (at, soonest) = (index, forgetAt);
            }
        }

        forced = victim != null && soonest > now;
        if (victim != null) RemoveAt(victim, at);
        return victim != null;
    }

    /// <summary>Gives back the blocks that the keys left do not need. Where there is no memory to move them, they stay.</summary>
    public void Shrink()
    {
        if (!IsSparse) return;
        try
        {
            Rebuild(0);
        }
        catch (OutOfMemoryException)
        {
            return;
        }
    }

    public bool IsSparse => _groups > 0 && (_keys == 0 || _keys < (_groups / GroupsPerBlock * SparseSlots) - SparseSlots);

    /// <summary>Moves the keys into as many blocks as they and so many more need. Nothing has changed if memory runs out.</summary>
    public void Rebuild(int room)
    {
        Blocks old = _blocks;
        int oldBlocks = _groups / GroupsPerBlock;
        Resize(_keys + room);
        MoveAll(old, oldBlocks, this, this);
    }

    /// <summary>Leaves the keys whose next bit is 0 here and moves the others to a new segment, which is not yet published.</summary>
    public Segment Split()
    {
        Blocks old = _blocks;
        int oldBlocks = _groups / GroupsPerBlock;
        Segment upper = new(Depth + 1, (_prefix << 1) | 1, _ownsMemory);
        int keys = _keys;
        int moving = CountOwned(upper);
        upper.Resize(moving);
        try
        {
            Resize(keys - moving);
        }
        catch (OutOfMemoryException)
        {
            upper.Dispose();
            throw;
        }

        Depth++;
        _prefix <<= 1;
        MoveAll(old, oldBlocks, this, upper);
        return upper;
    }

    /// <summary>Frees everything; the segment owns no key from then on.</summary>
    public void Dispose()
    {
        _prefix = ulong.MaxValue;
        for (int b = 0; b < _groups / GroupsPerBlock; b++)
        {
            for (int i = 0; _ownsMemory && i < Block.Slots; i++)
            {
                if (_blocks[b]->Tags[i] > Block.Freed) NativeMemory.Free((void*)Block.SlotAt(_blocks[b], i)->Cell.Fourth);
            }

            NativeMemory.Free(_blocks[b]);
        }

        _groups = _keys = _freed = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Home(KeyDigest digest, int groups) => (int)((ulong)(uint)digest.Low * (uint)groups >> 32);

    private void RemoveAt(Block* block, int index)
    {
        if (_ownsMemory) NativeMemory.Free((void*)Block.SlotAt(block, index)->Cell.Fourth);
        Vector128<byte> tags = Vector128.LoadAligned(block->Tags + (index / GroupSlots * GroupSlots));
        bool groupHasFree = Vector128.EqualsAny(tags, Vector128<byte>.Zero);
        block->Tags[index] = groupHasFree ? Block.Free : Block.Freed;
        if (!groupHasFree) _freed++;
        _keys--;
    }

    /// <summary>Replaces the blocks by empty ones for so many keys. Nothing has changed if memory runs out.</summary>
    private void Resize(int keys)
    {
        int count = Math.Min((keys + RoomySlots - 1) / RoomySlots, MaxBlocks);
        Blocks blocks = default;
        int made = 0;
        try
        {
            for (; made < count; made++) blocks[made] = Block.Allocate();
        }
        catch (OutOfMemoryException)
        {
            while (made > 0) NativeMemory.Free(blocks[--made]);
            throw;
        }

        _blocks = blocks;
        _groups = count * GroupsPerBlock;
        _keys = _freed = _hand = 0;
    }

    private int CountOwned(Segment by)
    {
        int owned = 0;
        for (int i = 0; i < _groups * GroupSlots; i++)
        {
            Block* block = _blocks[i / Block.Slots];
            if (block->Tags[i % Block.Slots] > Block.Freed && by.Owns(Block.SlotAt(block, i % Block.Slots)->Digest)) owned++;
        }

        return owned;
    }

    private static void MoveAll(Blocks from, int count, Segment lower, Segment upper)
    {
        for (int b = 0; b < count; b++)
        {
            Block* block = from[b];
            for (int i = 0; i < Block.Slots; i++)
            {
                if (block->Tags[i] <= Block.Freed) continue;
                Slot* slot = Block.SlotAt(block, i);
                Segment target = lower.Owns(slot->Digest) ? lower : upper;
                target.Insert(slot->Digest)->Cell = slot->Cell;
            }

            NativeMemory.Free(block);
        }
    }

    /// <summary>Addresses of the blocks, inside the object: one load less on the way to a slot.</summary>
    private struct Blocks
    {
        private fixed long _addresses[MaxBlocks];

        public Block* this[int index]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => (Block*)_addresses[index];
            set => _addresses[index] = (long)value;
        }
    }
}
