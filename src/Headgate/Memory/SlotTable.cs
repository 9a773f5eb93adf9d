using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>
/// A hash table that never stops to grow: a directory by the leading bits of the digest to segments that are split one at a time
/// (extendible hashing, Fagin et al. 1979). The longest pause is moving the 960 keys of one segment.
/// </summary>
/// <remarks>
/// A segment is found without a lock and then entered; if it was split in between it does not own the key any more and the search starts
/// over. The directory is replaced or written only under <see cref="_growth"/>, by who is in the segment that is split.
/// </remarks>
internal sealed unsafe class SlotTable : IDisposable
{
    private const int SweepGroups = 4;

    /// <summary>A directory so small is not worth asking whether its keys are real.</summary>
    private const int SmallDirectory = 4096;

    /// <summary>Keys for each place in a larger directory, at least: a table that has grown by itself has hundreds.</summary>
    private const int FewestKeysAPlace = 64;

    private readonly Lock _growth = new();
    private readonly KeyBudget _budget;
    private Directory? _directory;
    private uint _sweepHand;

    public SlotTable(KeyBudget budget, bool ownsMemory)
    {
        _budget = budget;
        int depth = Math.Clamp(BitOperations.Log2((uint)Environment.ProcessorCount) + 3, 4, 8);
        Segment[] segments = new Segment[1 << depth];
        for (int i = 0; i < segments.Length; i++) segments[i] = new Segment(depth, (ulong)i, ownsMemory);
        _directory = new Directory(segments, depth);
    }

    ~SlotTable() => Dispose();

    /// <summary>The segment of a key, not entered: it may not own the key any more when it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Segment Find(KeyDigest digest)
    {
        Directory directory = Volatile.Read(ref _directory) ?? throw Disposed();
        return directory.Segments[digest.High >> directory.Shift];
    }

    /// <summary>From a segment that was entered and does not own the key any more to the one that does, entered.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public Segment Reenter(Segment segment, KeyDigest digest)
    {
        do
        {
            segment.Gate.Exit();
            segment = Find(digest);
            segment.Gate.Enter();
        }
        while (!segment.Owns(digest));
        return segment;
    }

    /// <summary>
    /// Makes room for so many more keys in an entered segment: drops what decides like never seen, else grows, else splits. Slots move.
    /// After a split the segment may own fewer keys, and may have to be asked again. Throws when memory runs out or the store is disposed;
    /// the segment is then as it was, and still entered.
    /// </summary>
    public void MakeRoom(Segment segment, int keys, long now)
    {
        _budget.Release(segment.SweepAll(now));
        if (segment.MustSplit(keys)) Split(segment);
        else segment.Rebuild(keys);
    }

    /// <summary>Drops one key, the best of a few near <paramref name="digest"/>, and leaves its place in the budget reserved for the caller. False if there is none.</summary>
    public bool TryEvict(KeyDigest digest, long now)
    {
        Directory directory = Volatile.Read(ref _directory) ?? throw Disposed();
        ulong start = digest.High >> directory.Shift;
        for (ulong i = 0; i < (ulong)directory.Segments.Length; i++)
        {
            Segment segment = directory.Segments[(start + i) & (ulong)(directory.Segments.Length - 1)];
            segment.Gate.Enter();
            bool evicted = segment.Evict(now, out bool forced);
            segment.Gate.Exit();
            if (!evicted) continue;
            if (forced) _budget.CountForcedEviction();
            return true;
        }

        return false;
    }

    /// <summary>Moves the clock hand on over some segment that nobody is in, and gives back what it does not need.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void SweepSome(long now)
    {
        if (Volatile.Read(ref _directory) is not { } directory) return;
        Segment segment = directory.Segments[Interlocked.Increment(ref _sweepHand) & (uint)(directory.Segments.Length - 1)];
        if (!segment.Gate.TryEnter()) return;
        int dropped = segment.Sweep(SweepGroups, now);
        segment.Shrink();
        segment.Gate.Exit();
        _budget.Release(dropped);
    }

    /// <summary>Drops every key that decides like never seen. Returns how many.</summary>
    public long SweepAll(long now)
    {
        long dropped = 0;
        Directory directory = Volatile.Read(ref _directory) ?? throw Disposed();
        foreach (Segment segment in directory.Segments)
        {
            segment.Gate.Enter();
            int some = segment.SweepAll(now);
            segment.Shrink();
            segment.Gate.Exit();
            _budget.Release(some);
            dropped += some;
        }

        return dropped;
    }

    /// <summary>Leading bits that the directory looks at.</summary>
    public int Depth => (Volatile.Read(ref _directory) ?? throw Disposed()).Depth;

    /// <summary>
    /// Copies slots of the segment that owns <paramref name="first"/>: those up to <paramref name="last"/>, by the leading 64 bits of their
    /// digests, that count at <paramref name="now"/>. <paramref name="end"/> is how far that went.
    /// </summary>
    public int Copy(ulong first, ulong last, long now, Span<Slot> slots, out ulong end)
    {
        KeyDigest at = new(0, first);
        Segment segment = Enter(at);
        int count = segment.Copy(first, last, now, slots);
        end = Math.Min(last, segment.Last);
        segment.Gate.Exit();
        return count;
    }

    /// <summary>Copies a state with the block that it owns, which the caller frees. False if the key is not there.</summary>
    public bool TryClone(KeyDigest digest, Shelf shelf, out Cell cell)
    {
        Segment segment = Enter(digest);
        try
        {
            Slot* slot = segment.Find(digest);
            cell = slot == null ? default : slot->Cell;
            if (cell.Fourth == 0) return slot != null;
            nuint size = shelf == Shelf.Logs ? ((LogRing*)cell.Fourth)->Bytes : ((LeaseTable*)cell.Fourth)->Bytes;
            void* block = NativeMemory.Alloc(size);
            NativeMemory.Copy((void*)cell.Fourth, block, size);
            cell.Fourth = (long)block;
            return true;
        }
        finally
        {
            segment.Gate.Exit();
        }
    }

    /// <summary>
    /// A slot for a key of a snapshot, in a table that nobody else knows yet. Null if the key is there, or if the <paramref name="read"/> keys
    /// read so far crowd in so few places that no hash can have put them there: the directory would double for ever.
    /// </summary>
    public Slot* TryPlace(KeyDigest digest, long read, long now)
    {
        while (true)
        {
            Segment segment = Find(digest);
            if (segment.Find(digest) != null) return null;
            if (segment.HasRoom(1)) return segment.Insert(digest);
            if (segment.MustSplit(1) && 1L << (segment.Depth + 1) > Math.Max(SmallDirectory, read / FewestKeysAPlace)) return null;
            MakeRoom(segment, 1, now);
        }
    }

    /// <summary>Copies the times at which keys are forgotten, of a table that nobody else knows yet. Returns how many.</summary>
    public int CopyForgetTimes(Span<long> times)
    {
        int count = 0;
        foreach (Segment segment in Segments()) count += segment.CopyForgetTimes(times[count..]);
        return count;
    }

    /// <summary><see cref="Segment.DropSoonest"/> over a table that nobody else knows yet. Leaves the budget alone.</summary>
    public void DropSoonest(long time, ref long alike)
    {
        foreach (Segment segment in Segments()) segment.DropSoonest(time, ref alike);
    }

    /// <summary>Waits for who is in a segment, then frees it. Callers that come later find no directory.</summary>
    public void Dispose()
    {
        Directory? directory;
        lock (_growth) directory = Interlocked.Exchange(ref _directory, null);
        if (directory is null) return;
        foreach (Segment segment in directory.Segments)
        {
            segment.Gate.Enter();
            segment.Dispose();
            segment.Gate.Exit();
        }

        GC.SuppressFinalize(this);
    }

    private Segment Enter(KeyDigest digest)
    {
        Segment segment = Find(digest);
        segment.Gate.Enter();
        return segment.Owns(digest) ? segment : Reenter(segment, digest);
    }

    /// <summary>Every segment once.</summary>
    private IEnumerable<Segment> Segments()
    {
        Directory directory = Volatile.Read(ref _directory) ?? throw Disposed();
        Segment? last = null;
        foreach (Segment segment in directory.Segments)
        {
            if (ReferenceEquals(segment, last)) continue;
            last = segment;
            yield return segment;
        }
    }

    private void Split(Segment segment)
    {
        lock (_growth)
        {
            // Disposal frees what it finds in the directory: a sibling made after that would never be freed.
            Directory directory = _directory ?? throw Disposed();
            int depth = segment.Depth;
            Segment upper = segment.Split();
            if (depth == directory.Depth) directory = directory.Double();
            int span = 1 << (directory.Depth - depth);
            ulong first = upper.Prefix << (directory.Depth - depth - 1);
            for (int i = 0; i < span / 2; i++) directory.Segments[first + (ulong)i] = upper;
            Volatile.Write(ref _directory, directory);
        }
    }

    private static ObjectDisposedException Disposed() =>
        new(nameof(MemoryStore), "The memory store has been disposed. Dispose it after the last limiter that uses it.");

    /// <summary>Segments by the leading bits of the digest; one that is less deep than the directory stands in it several times.</summary>
    private sealed class Directory(Segment[] segments, int depth)
    {
        public readonly Segment[] Segments = segments;
        public readonly int Depth = depth;
        public readonly int Shift = 64 - depth;

        public Directory Double()
        {
            Segment[] twice = new Segment[Segments.Length * 2];
            for (int i = 0; i < twice.Length; i++) twice[i] = Segments[i / 2];
            return new Directory(twice, Depth + 1);
        }
    }
}
