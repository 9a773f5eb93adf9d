using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Memory.Snapshots;

/// <summary>Fills a new store, which nobody else knows yet, from a snapshot. Trusts nothing that it reads.</summary>
/// <remarks>
/// Memory grows only with bytes that have really been read, and keys only a little above the store's bound. Which keys are there is known
/// when the checksum has been read: until then the store must not be given to anybody.
/// </remarks>
internal sealed unsafe class SnapshotReader
{
    private const int PlainBytes = SnapshotFormat.PlainRecord - 1;

    private readonly SealedInput _input;
    private readonly MemoryStore _store;
    private readonly Surplus _surplus;
    private readonly long _now;
    private long _keys;

    private SnapshotReader(SealedInput input, MemoryStore store)
    {
        _input = input;
        _store = store;
        _surplus = new Surplus(store);
        _now = store.Clock.Now();
    }

    public static MemoryStore Read(SealedInput input, TimeProvider timeProvider, MemoryStoreOptions? options)
    {
        MemoryStore store = new(timeProvider, options, ReadHeader(input));
        try
        {
            new SnapshotReader(input, store).Fill();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private void Fill()
    {
        while (ReadRecord()) _keys++;
        long written = _input.ReadInt64();
        if (written != _keys) throw SealedInput.Refused($"it says that it has {written} keys and has {_keys}.");
        _input.Unseal();
        _surplus.Settle();
    }

    private static KeyHash ReadHeader(SealedInput input)
    {
        if (!input.Next(SnapshotFormat.Magic.Length).SequenceEqual(SnapshotFormat.Magic))
            throw SealedInput.Refused("it does not begin like a snapshot of a MemoryStore. It is another kind of file, or was copied as text.");
        int version = input.ReadInt32();
        if (version != SnapshotFormat.Version)
        {
            throw SealedInput.Refused(
                $"it has format {version} and this version of Headgate reads format {SnapshotFormat.Version}. Restore it with the version that wrote it, or begin with empty counters.");
        }

        int hash = input.ReadInt32();
        if (hash is not (SnapshotFormat.AesHash or SnapshotFormat.SipHash)) throw SealedInput.Refused($"its keys are hashed by {hash}, which is unknown.");
        if (hash == SnapshotFormat.AesHash != KeyHash.UsesAes)
        {
            (string theirs, string ours) = KeyHash.UsesAes ? ("SipHash", "AES instructions") : ("AES instructions", "SipHash");
            throw SealedInput.Refused(
                $"its keys are hashed by {theirs} and this machine uses {ours}, so none of them could be found. Restore it on a machine like the one that wrote it.");
        }

        if (input.ReadInt64() < 0) throw SealedInput.Refused("it was saved before 1970.");
        return new KeyHash(input.Next(KeyHash.SecretBytes));
    }

    /// <summary>False at the end.</summary>
    private bool ReadRecord()
    {
        byte kind = _input.ReadByte();
        switch (kind)
        {
            case SnapshotFormat.End:
                return false;
            case SnapshotFormat.Plain:
                ReadPlain();
                return true;
            case SnapshotFormat.Log:
                ReadLog();
                return true;
            case SnapshotFormat.Leases:
                ReadLeases();
                return true;
            default:
                throw SealedInput.Refused($"byte {_input.Position - 1} says that a key of kind {kind} follows, which there is not.");
        }
    }

    private void ReadPlain()
    {
        ReadOnlySpan<byte> bytes = _input.Next(PlainBytes);
        KeyDigest digest = new(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        Cell cell = new()
        {
            Head = new StateHead(BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[24..])),
            Third = BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            Fourth = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
        };
        if (!StateRules.IsPlain(cell)) throw NotAState();
        Place(Shelf.Plain, digest, cell);
    }

    private void ReadLog()
    {
        KeyDigest digest = ReadHead(out StateHead head, out int count);
        LogRing* ring = null;
        long previous = -1, sum = 0;
        try
        {
            for (; count > 0; count--)
            {
                (long time, long cost) = (_input.ReadInt64(), _input.ReadInt64());
                if (!StateRules.IsEntry(previous, time, cost, head.LastSeen)) throw NotAState();
                ring = LogRing.Reserve(ring);
                ring->Append(time, cost);
                (previous, sum) = (time, sum + cost);
            }

            // The last entry says until when the log counts: one of nothing is given back whole and gone.
            if (sum > LimitBounds.MaxSlidingLogPermits || (ring != null && ring->At(ring->Count - 1).Cost == 0)) throw NotAState();
            ring = LogRing.Reserve(ring);
            Place(Shelf.Logs, digest, new Cell { Head = head, Third = sum, Fourth = (long)ring });
        }
        catch
        {
            NativeMemory.Free(ring);
            throw;
        }
    }

    private void ReadLeases()
    {
        KeyDigest digest = ReadHead(out StateHead head, out int count);
        LeaseTable* table = null;
        long previous = 0, held = 0;
        try
        {
            for (; count > 0; count--)
            {
                (ulong low, ulong high) = ((ulong)_input.ReadInt64(), (ulong)_input.ReadInt64());
                (long expiry, long cost) = (_input.ReadInt64(), _input.ReadInt64());
                if (!StateRules.IsLease(previous, expiry, cost, head.ForgetAt) || held > LimitBounds.MaxPermits - cost) throw NotAState();
                table = LeaseTable.Reserve(table);
                table->Add(new UInt128(high, low), expiry, cost);
                (previous, held) = (expiry, held + cost);
            }

            table = LeaseTable.Reserve(table);
            Place(Shelf.Leases, digest, new Cell { Head = head, Third = held, Fourth = (long)table });
        }
        catch
        {
            NativeMemory.Free(table);
            throw;
        }
    }

    private KeyDigest ReadHead(out StateHead head, out int count)
    {
        KeyDigest digest = _input.ReadDigest();
        head = new StateHead(_input.ReadInt64(), _input.ReadInt64());
        count = _input.ReadInt32();
        if (count < 0 || !StateRules.IsHead(head.LastSeen, head.ForgetAt)) throw NotAState();
        return digest;
    }

    /// <summary>Takes a state, with the block it owns, or drops it if it decides like never seen by now. Throws before it takes it.</summary>
    private void Place(Shelf shelf, KeyDigest digest, in Cell cell)
    {
        if (cell.Head.ForgetAt <= _now || !_surplus.Takes(cell.Head.ForgetAt))
        {
            if (shelf != Shelf.Plain) NativeMemory.Free((void*)cell.Fourth);
            return;
        }

        Slot* slot = _store.TableOf(shelf).TryPlace(digest, _keys, _now);
        if (slot == null) throw SealedInput.Refused($"the key that ends at byte {_input.Position} is there twice, or keys crowd as no hash crowds them. It was not written by Headgate.");
        slot->Cell = cell;
    }

    private InvalidDataException NotAState() =>
        SealedInput.Refused($"the key that ends at byte {_input.Position} is in a state that no limit leaves behind; bytes were changed, or it was not written by Headgate.");
}
