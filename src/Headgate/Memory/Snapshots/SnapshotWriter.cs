using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Memory.Snapshots;

/// <summary>Writes a store's live keys while it goes on deciding.</summary>
/// <remarks>
/// A gate is held for as long as it takes to copy the slots of one segment, or the log or leases of one key; never while the stream is
/// written. Each key is copied once, whole, at some time between start and end.
/// </remarks>
internal sealed unsafe class SnapshotWriter(MemoryStore store, SealedOutput output, CancellationToken ct)
{
    private readonly Slot[] _slots = new Slot[Segment.MaxSlots];
    private long _keys;

    public void Write()
    {
        long now = store.Clock.Now();
        WriteHeader(now);
        WriteAll(Shelf.Plain, now);
        WriteAll(Shelf.Logs, now);
        WriteAll(Shelf.Leases, now);
        output.WriteByte(SnapshotFormat.End);
        output.WriteInt64(_keys);
        output.Seal();
    }

    private void WriteHeader(long now)
    {
        SnapshotFormat.Magic.CopyTo(output.Next(SnapshotFormat.Magic.Length));
        output.WriteInt32(SnapshotFormat.Version);
        output.WriteInt32(KeyHash.UsesAes ? SnapshotFormat.AesHash : SnapshotFormat.SipHash);
        output.WriteInt64(now);
        store.Hash.CopySecrets(output.Next(KeyHash.SecretBytes));
    }

    /// <summary>
    /// Walks over all digests in ranges that are those of the segments at the start, and in an order that jumps about: reversed bits. So what
    /// has been written is always spread evenly, which is how a reader tells a table from one that was made up to make it grow without end.
    /// A segment that has been split since is written to its end at last.
    /// </summary>
    private void WriteAll(Shelf shelf, long now)
    {
        SlotTable table = store.TableOf(shelf);
        int depth = table.Depth;
        List<(ulong First, ulong Last)> rest = [];
        for (ulong i = 0; i < 1UL << depth; i++)
        {
            ulong first = Reverse(i, depth) << (64 - depth), last = first | (ulong.MaxValue >> depth);
            ulong end = WriteSome(table, shelf, first, last, now);
            if (end < last) rest.Add((end + 1, last));
        }

        foreach ((ulong first, ulong last) in rest)
        {
            ulong end = WriteSome(table, shelf, first, last, now);
            while (end < last) end = WriteSome(table, shelf, end + 1, last, now);
        }

        GC.KeepAlive(table);
    }

    /// <summary>Writes the keys of one segment, and returns the last leading 64 bits that it owns.</summary>
    private ulong WriteSome(SlotTable table, Shelf shelf, ulong first, ulong last, long now)
    {
        ct.ThrowIfCancellationRequested();
        int count = table.Copy(first, last, now, _slots, out ulong end);
        foreach (ref readonly Slot slot in _slots.AsSpan(0, count))
        {
            if (shelf == Shelf.Plain) WritePlain(slot);
            else WriteOwning(table, shelf, slot.Digest, now);
        }

        return end;
    }

    private void WritePlain(in Slot slot)
    {
        Span<byte> bytes = output.Next(SnapshotFormat.PlainRecord);
        bytes[0] = SnapshotFormat.Plain;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], slot.Digest.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[9..], slot.Digest.High);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[17..], slot.Cell.Head.LastSeen);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[25..], slot.Cell.Head.ForgetAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[33..], slot.Cell.Third);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[41..], slot.Cell.Fourth);
        _keys++;
    }

    private void WriteOwning(SlotTable table, Shelf shelf, KeyDigest digest, long now)
    {
        // Dropped since its segment was looked through, or with nothing left to say.
        if (!table.TryClone(digest, shelf, out Cell cell)) return;
        try
        {
            if (cell.Fourth == 0 || cell.Head.ForgetAt <= now) return;
            output.WriteByte(shelf == Shelf.Logs ? SnapshotFormat.Log : SnapshotFormat.Leases);
            output.WriteDigest(digest);
            output.WriteInt64(cell.Head.LastSeen);
            output.WriteInt64(cell.Head.ForgetAt);
            if (shelf == Shelf.Logs) WriteLog((LogRing*)cell.Fourth);
            else WriteLeases((LeaseTable*)cell.Fourth);
            _keys++;
        }
        finally
        {
            NativeMemory.Free((void*)cell.Fourth);
        }
    }

    private void WriteLog(LogRing* ring)
    {
        output.WriteInt32(ring->Count);
        for (int i = 0; i < ring->Count; i++)
        {
            output.WriteInt64(ring->At(i).Time);
            output.WriteInt64(ring->At(i).Cost);
        }
    }

    private void WriteLeases(LeaseTable* table)
    {
        int count = 0;
        for (int i = table->Oldest; i >= 0; i = table->At(i).Newer) count++;
        output.WriteInt32(count);
        for (int i = table->Oldest; i >= 0; i = table->At(i).Newer)
        {
            ref Lease lease = ref table->At(i);
            output.WriteInt64((long)(ulong)lease.Id);
            output.WriteInt64((long)(ulong)(lease.Id >> 64));
            output.WriteInt64(lease.Expiry);
            output.WriteInt64(lease.Cost);
        }
    }

    private static ulong Reverse(ulong value, int bits)
    {
        ulong reversed = 0;
        for (int i = 0; i < bits; i++) reversed |= (value >> i & 1) << (bits - 1 - i);
        return reversed;
    }
}
