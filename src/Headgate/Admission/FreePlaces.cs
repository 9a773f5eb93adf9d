using System.Runtime.CompilerServices;

namespace Headgate.Admission;

/// <summary>The places of a gate that nobody holds, as a stack, and the tickets of those who hold one. All lock-free code of the gate.</summary>
/// <remarks>
/// The head is one word: the number of the topmost free place, and above it a count of all changes, so that a compare-and-swap cannot take a head
/// that was gone and has come back for one that stayed (46 bits: weeks of nothing but changes, while one thread stands still).
/// <para>
/// Two numbers are no place. <see cref="Empty"/>: none is free. <see cref="Attended"/>: none is free, and whoever comes or leaves has to go through
/// the attendant's lock. Only who holds that lock makes it attended, by the same compare-and-swap that finds none free: whoever leaves after that
/// sees it, and so nobody is left waiting beside a free place. Only who holds the lock ends it; in between nobody else changes the word.
/// </para>
/// <para>
/// A place's version is odd while it is held. Its holder's ticket is that version, and giving back is a compare-and-swap on it: a second time
/// fails. 64 bits do not come round.
/// </para>
/// </remarks>
internal sealed class FreePlaces
{
    private const int NumberBits = 18;
    private const long NumberMask = (1L << NumberBits) - 1;
    private const int Attended = (1 << NumberBits) - 1, Empty = Attended - 1;

    /// <summary>Places are made in blocks that never move, so that a look at one needs no lock while others are made.</summary>
    private const int BlockBits = 8, BlockSize = 1 << BlockBits;

    private readonly Place[]?[] _blocks = new Place[]?[(FairGateOptions.MostMaxConcurrent + BlockSize - 1) / BlockSize];
    private int _made;
    private long _head = Empty;

    /// <summary>Takes a free place. False: there was none at some moment of the call, or the gate is attended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out int place, out long ticket)
    {
        long head = Volatile.Read(ref _head);
        for (place = Number(head); place < Empty; place = Number(head))
        {
            long seen = Interlocked.CompareExchange(ref _head, Changed(head, At(place).Next), head);
            if (seen == head)
            {
                ticket = Hold(place);
                return true;
            }

            head = seen;
        }

        ticket = 0;
        return false;
    }

    /// <summary>Under the attendant's lock: takes a free place or, where there is none, makes the gate attended in the same step.</summary>
    public bool TryTakeOrAttend(out int place, out long ticket)
    {
        while (!TryTake(out place, out ticket))
        {
            long head = Volatile.Read(ref _head);
            if (Number(head) == Attended) return false;
            if (Number(head) == Empty && Interlocked.CompareExchange(ref _head, Changed(head, Attended), head) == head) return false;
        }

        return true;
    }

    /// <summary>Under the attendant's lock: nobody waits any more, and no place is to be taken away.</summary>
    public void EndAttendance()
    {
        long head = Volatile.Read(ref _head);
        if (Number(head) == Attended) Volatile.Write(ref _head, Changed(head, Empty));
    }

    /// <summary>True for the first of all who give this ticket back. The place is then the caller's to return, hand on or keep.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRelease(int place, long ticket) => Interlocked.CompareExchange(ref At(place).Version, ticket + 1, ticket) == ticket;

    /// <summary>Makes a place free that is the caller's. False if the gate is attended: then the attendant decides what becomes of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReturn(int place)
    {
        long head = Volatile.Read(ref _head);
        while (Number(head) != Attended)
        {
            At(place).Next = Number(head);
            long seen = Interlocked.CompareExchange(ref _head, Changed(head, place), head);
            if (seen == head) return true;
            head = seen;
        }

        return false;
    }

    /// <summary>A new ticket for a place that is the caller's.</summary>
    public long Hold(int place)
    {
        ref long version = ref At(place).Version;
        long ticket = version + 1;
        Volatile.Write(ref version, ticket);
        return ticket;
    }

    /// <summary>Under the attendant's lock: one place more, which is the caller's.</summary>
    public int Make()
    {
        int place = _made;
        _blocks[place >> BlockBits] ??= new Place[BlockSize];
        Volatile.Write(ref _made, place + 1);
        return place;
    }

    /// <summary>How many are held; while others come and go, as many as were seen to be on the way through all.</summary>
    public int CountHeld()
    {
        int held = 0;
        for (int place = 0, made = Volatile.Read(ref _made); place < made; place++) held += (int)(Volatile.Read(ref At(place).Version) & 1);
        return held;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Place At(int place) => ref _blocks[place >> BlockBits]![place & (BlockSize - 1)];

    private static int Number(long head) => (int)(head & NumberMask);

    private static long Changed(long head, int number) => (head & ~NumberMask) + (1L << NumberBits) + number;

    private struct Place
    {
        public long Version;

        /// <summary>The free place below this one, or <see cref="Empty"/>. Written by whose the place is.</summary>
        public int Next;
    }
}
