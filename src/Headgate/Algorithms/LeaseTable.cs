using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>Permits held under an id until an expiry; a link in the list by expiry and in the chain of its bucket.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Lease
{
    public UInt128 Id;

    /// <summary>Microseconds since 1970; from then on the lease counts no more.</summary>
    public long Expiry;
    public long Cost;
    public int Older;
    public int Newer;
    public int NextInBucket;
    private readonly int _unused;
}

/// <summary>
/// The leases of one key in one native block: a hash by id and a list by expiry, so that taking, renewing and ending a lease are
/// constant time. A header, then the leases, then a bucket each. The owner of the state owns it.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal unsafe struct LeaseTable
{
    private const int None = -1;
    private const int FirstCapacity = 4;

    private int _capacity;
    private int _free;
    private int _oldest;
    private int _newest;

    public readonly int Oldest => _oldest;

    public readonly nuint Bytes => Size(_capacity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Lease At(int index)
    {
        fixed (LeaseTable* self = &this) return ref ((Lease*)(self + 1))[index];
    }

    /// <summary>When the last lease runs out; <paramref name="ifEmpty"/> without any.</summary>
    public long LastExpiry(long ifEmpty) => _newest == None ? ifEmpty : At(_newest).Expiry;

    /// <summary>The lease with this id, or -1.</summary>
    public int Find(UInt128 id)
    {
        if (id == 0) return None;
        int index = Bucket(id);
        while (index != None && At(index).Id != id) index = At(index).NextInBucket;
        return index;
    }

    /// <summary>The table with room for one more lease, which may be a new one or have moved.</summary>
    public static LeaseTable* Reserve(LeaseTable* table)
    {
        if (table == null) return Allocate(FirstCapacity);
        return table->_free == None ? Grow(table) : table;
    }

    /// <summary>Adds a lease; id 0 is anonymous. There must be room.</summary>
    public void Add(UInt128 id, long expiry, long cost)
    {
        int index = _free;
        ref Lease lease = ref At(index);
        _free = lease.NextInBucket;
        lease = new Lease { Id = id, Expiry = expiry, Cost = cost, NextInBucket = None };
        Link(index);
        if (id == 0) return;
        lease.NextInBucket = Bucket(id);
        Bucket(id) = index;
    }

    public void Remove(int index)
    {
        ref Lease lease = ref At(index);
        if (lease.Id != 0)
        {
            ref int link = ref Bucket(lease.Id);
            while (link != index) link = ref At(link).NextInBucket;
            link = lease.NextInBucket;
        }

        Unlink(index);
        lease.NextInBucket = _free;
        _free = index;
    }

    /// <summary>Removes all that are older than the lease at <paramref name="oldest"/>, all if that is -1.</summary>
    public void DropOlderThan(int oldest)
    {
        while (_oldest != oldest) Remove(_oldest);
    }

    public void Extend(int index, long expiry)
    {
        Unlink(index);
        At(index).Expiry = expiry;
        Link(index);
    }

    /// <summary>Puts a lease into the list by expiry; one place from the end unless the lease time has changed.</summary>
    private void Link(int index)
    {
        ref Lease lease = ref At(index);
        int older = _newest;
        while (older != None && At(older).Expiry > lease.Expiry) older = At(older).Older;
        int newer = older == None ? _oldest : At(older).Newer;
        lease.Older = older;
        lease.Newer = newer;
        if (older == None) _oldest = index;
        else At(older).Newer = index;
        if (newer == None) _newest = index;
        else At(newer).Older = index;
    }

    private void Unlink(int index)
    {
        (int older, int newer) = (At(index).Older, At(index).Newer);
        if (older == None) _oldest = newer;
        else At(older).Newer = newer;
        if (newer == None) _newest = older;
        else At(newer).Older = older;
    }

    private ref int Bucket(UInt128 id)
    {
        ulong mixed = (ulong)id ^ ((ulong)(id >> 64) * 0x9E3779B97F4A7C15);
        int bucket = (int)(mixed & (ulong)(_capacity - 1));
        fixed (LeaseTable* self = &this) return ref ((int*)((Lease*)(self + 1) + _capacity))[bucket];
    }

    private static LeaseTable* Grow(LeaseTable* table)
    {
        LeaseTable* larger = Allocate(table->_capacity * 2);
        for (int i = table->_oldest; i != None; i = table->At(i).Newer)
            larger->Add(table->At(i).Id, table->At(i).Expiry, table->At(i).Cost);
        NativeMemory.Free(table);
        return larger;
    }

    private static LeaseTable* Allocate(int capacity)
    {
        LeaseTable* table = (LeaseTable*)NativeMemory.Alloc(Size(capacity));
        *table = new LeaseTable { _capacity = capacity, _free = 0, _oldest = None, _newest = None };
        int* buckets = (int*)((Lease*)(table + 1) + capacity);
        for (int i = 0; i < capacity; i++)
        {
            buckets[i] = None;
            table->At(i).NextInBucket = i + 1 < capacity ? i + 1 : None;
        }

        return table;
    }

    private static nuint Size(int capacity) => (nuint)sizeof(LeaseTable) + ((nuint)capacity * (nuint)(sizeof(Lease) + sizeof(int)));
}
