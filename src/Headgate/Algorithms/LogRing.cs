using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>An admitted charge: when and how much.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LogEntry
{
    public long Time;
    public long Cost;
}

/// <summary>A growing ring of log entries in one native block, oldest first: 16 bytes, then 16 an entry. The owner of the state owns it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LogRing
{
    private const int FirstCapacity = 4;

    /// <summary>Entries that fit; a power of two.</summary>
    private int _capacity;
    private int _head;
    private int _count;
    private int _unused;

    public readonly int Count => _count;

    public readonly nuint Bytes => Size(_capacity);

    /// <summary>The entry that is <paramref name="index"/> places younger than the oldest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref LogEntry At(int index)
    {
        fixed (LogRing* self = &this) return ref ((LogEntry*)(self + 1))[(_head + index) & (_capacity - 1)];
    }

    public void DropOldest(int count)
    {
        _head = (_head + count) & (_capacity - 1);
        _count -= count;
    }

    /// <summary>Drops what was given back whole, so that the youngest entry is the last to leave the window.</summary>
    public void DropEmptyYoungest()
    {
        while (_count > 0 && At(_count - 1).Cost == 0) _count--;
    }

    /// <summary>The ring with room for one more entry, which may be a new one or have moved.</summary>
    public static LogRing* Reserve(LogRing* ring)
    {
        if (ring == null) return Allocate(FirstCapacity);
        return ring->_count == ring->_capacity ? Grow(ring) : ring;
    }

    /// <summary>Adds an entry, or to the youngest if it has the same time. There must be room.</summary>
    public void Append(long time, long cost)
    {
        if (_count > 0)
        {
            ref LogEntry youngest = ref At(_count - 1);
            if (youngest.Time == time)
            {
                youngest.Cost += cost;
                return;
            }
        }

        At(_count++) = new LogEntry { Time = time, Cost = cost };
    }

    private static LogRing* Grow(LogRing* ring)
    {
        LogRing* larger = Allocate(ring->_capacity * 2);
        for (int i = 0; i < ring->_count; i++) larger->At(i) = ring->At(i);
        larger->_count = ring->_count;
        NativeMemory.Free(ring);
        return larger;
    }

    private static LogRing* Allocate(int capacity)
    {
        LogRing* ring = (LogRing*)NativeMemory.Alloc(Size(capacity));
        *ring = new LogRing { _capacity = capacity };
        return ring;
    }

    private static nuint Size(int capacity) => (nuint)sizeof(LogRing) + ((nuint)capacity * (nuint)sizeof(LogEntry));
}
