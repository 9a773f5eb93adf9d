using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>
/// One plain limit as the memory store charges it: its algorithm behind untyped cells, the domain of its keys, and what decisions call it.
/// Immutable; a pure function of (namespace, limit) and the store's hash, so bindings are made anew whenever they are not at hand.
/// </summary>
internal abstract class LimitBinding
{
    private protected LimitBinding(LimitLeaf leaf, string ns, KeyHash hash, long permits, Shelf shelf)
    {
        Limit = leaf.Limit;
        Label = leaf.Label;
        IsShadow = leaf.Shadow;
        Permits = permits;
        Shelf = shelf;
        Hash = hash;
        Domain = hash.Compute($"{ns.Length}:{ns}{leaf.Identity}", default);
    }

    public string Label { get; }

    public bool IsShadow { get; }

    public long Permits { get; }

    /// <summary>The table its states lie in.</summary>
    public Shelf Shelf { get; }

    public bool OwnsMemory => Shelf != Shelf.Plain;

    /// <summary>The hash of the store that it is for.</summary>
    public KeyHash Hash { get; }

    /// <summary>What keys are hashed under: two different (namespace, limit identity) never share a state.</summary>
    public KeyDigest Domain { get; }

    /// <summary>The limit itself.</summary>
    public Limit Limit { get; }

    /// <summary>True if both charge alike: the same numbers, enforced or not.</summary>
    public bool IsSameAs(LimitBinding other) =>
        ReferenceEquals(this, other) || (IsShadow == other.IsShadow && Limit.Numbers == other.Limit.Numbers);

    /// <summary>True if permits are held and given back.</summary>
    public virtual bool HoldsPermits => false;

    /// <summary>For decisions without a table of keys: on copies of states, or on states that lie elsewhere.</summary>
    public static LimitBinding Create(LimitLeaf leaf, string ns) => Create(leaf, ns, KeyHash.OfProcess);

    public static LimitBinding Create(LimitLeaf leaf, string ns, KeyHash hash) => leaf.Limit switch
    {
        TokenBucketLimit l => new LimitBinding<TokenBucket, BucketState>(leaf, ns, hash, l.Capacity, new TokenBucket(l.Flow)),
        LeakyBucketLimit l => new LimitBinding<LeakyBucket, BucketState>(leaf, ns, hash, l.Capacity, new LeakyBucket(l.Flow)),
        FixedWindowLimit l => new LimitBinding<FixedWindow, FixedWindowState>(leaf, ns, hash, l.Permits, new FixedWindow(l.Permits, l.WindowMicros)),
        SlidingWindowLimit l => new LimitBinding<SlidingWindow, SlidingWindowState>(leaf, ns, hash, l.Permits, new SlidingWindow(l.Permits, l.WindowMicros)),
        SlidingLogLimit l => new LimitBinding<SlidingLog, SlidingLogState>(leaf, ns, hash, l.Permits, new SlidingLog(l.Permits, l.WindowMicros)),
        ConcurrencyLimit l => new ConcurrencyBinding(leaf, ns, hash, l.Permits, new Concurrency(l.Permits, l.LeaseMicros)),
        _ => throw new ArgumentException($"The memory store does not know the limit {leaf.Limit.GetType()}.", nameof(leaf)),
    };

    /// <summary>Decides a single charge from key to decision, without a list.</summary>
    public abstract Decision AcquireOne(MemoryStore store, string key, long cost, UInt128 lease);

    /// <summary>Writes in place: what is returned in registers' stead on the stack and copied at once stalls the processor.</summary>
    public abstract void Decide(in Cell cell, long now, long cost, out Cell next, out Verdict verdict);

    public abstract void Prepare(ref Cell cell, in Cell next);

    public abstract void Commit(ref Cell cell, in Cell next, long cost, UInt128 lease);

    public abstract void Refund(ref Cell cell, long now, long chargedAt, long cost);

    public virtual bool Release(ref Cell cell, long now, UInt128 lease) => false;

    public virtual bool Renew(ref Cell cell, long now, UInt128 lease) => false;

    /// <summary>A copy that can be charged without touching the original. Free it with <see cref="Discard"/>.</summary>
    public abstract Cell Clone(in Cell cell);

    public abstract void Discard(ref Cell cell);
}

/// <summary>A binding that the JIT specialises for one algorithm and its state.</summary>
internal unsafe class LimitBinding<TAlgorithm, TState>(LimitLeaf leaf, string ns, KeyHash hash, long permits, TAlgorithm algorithm)
    : LimitBinding(leaf, ns, hash, permits, Home)
    where TAlgorithm : struct, IAlgorithm<TState>
    where TState : unmanaged
{
    private readonly TAlgorithm _algorithm = algorithm;

    /// <summary>A constant for the JIT.</summary>
    private static Shelf Home => !TAlgorithm.OwnsMemory ? Shelf.Plain : typeof(TAlgorithm) == typeof(Concurrency) ? Shelf.Leases : Shelf.Logs;

    /// <summary>By reference: a call through a readonly field of a type parameter would copy the whole algorithm first.</summary>
    protected ref TAlgorithm Algorithm => ref Unsafe.AsRef(in _algorithm);

    public sealed override Decision AcquireOne(MemoryStore store, string key, long cost, UInt128 lease)
    {
        KeyDigest digest = Hash.Compute(key, Domain);
        SlotTable table = store.TableOf(Home);
        Segment segment = table.Find(digest);
        long now = store.Clock.Now();
        segment.Gate.Enter();
        if (!segment.Owns(digest)) segment = table.Reenter(segment, digest);
        Slot* slot = segment.Find(digest);
        if (slot == null)
        {
            segment.Gate.Exit();
            return store.AcquireNew(this, digest, cost, lease);
        }

        // Another caller read the clock later and came first: read it again, so that order at the gate is order in time.
        if (slot->Cell.Head.LastSeen > now) now = store.ReadClockInside(segment);
        ref TState state = ref Unsafe.As<Cell, TState>(ref slot->Cell);
        Verdict verdict = Algorithm.Decide(state, now, cost, out TState next);
        if (verdict.Allowed)
        {
            if (cost > 0 && !TAlgorithm.OwnsMemory) Algorithm.Commit(ref state, next, cost, default);
            else if (cost > 0) CommitOwned(segment, ref state, next, cost, lease);
        }
        else if (verdict.Settles)
        {
            state = next;
        }

        bool clean = segment.CountDecision();
        segment.Gate.Exit();
        if (clean) table.SweepSome(now);
        GC.KeepAlive(table);
        return Decisions.From(verdict, this, now);
    }

    /// <summary>A commit that may run out of memory must not leave the gate shut.</summary>
    private void CommitOwned(Segment segment, ref TState state, in TState next, long cost, UInt128 lease)
    {
        try
        {
            Algorithm.Commit(ref state, next, cost, lease);
        }
        catch (OutOfMemoryException)
        {
            segment.Gate.Exit();
            throw;
        }
    }

    public sealed override void Decide(in Cell cell, long now, long cost, out Cell next, out Verdict verdict)
    {
        Unsafe.SkipInit(out next);
        verdict = Algorithm.Decide(in Unsafe.As<Cell, TState>(ref Unsafe.AsRef(in cell)), now, cost, out Unsafe.As<Cell, TState>(ref next));
    }

    public sealed override void Prepare(ref Cell cell, in Cell next) =>
        Algorithm.Prepare(ref Unsafe.As<Cell, TState>(ref cell), in Unsafe.As<Cell, TState>(ref Unsafe.AsRef(in next)));

    public sealed override void Commit(ref Cell cell, in Cell next, long cost, UInt128 lease) =>
        Algorithm.Commit(ref Unsafe.As<Cell, TState>(ref cell), in Unsafe.As<Cell, TState>(ref Unsafe.AsRef(in next)), cost, lease);

    public sealed override void Refund(ref Cell cell, long now, long chargedAt, long cost)
    {
        ref TState state = ref Unsafe.As<Cell, TState>(ref cell);
        state = Algorithm.Refund(state, now, chargedAt, cost);
    }

    public sealed override Cell Clone(in Cell cell)
    {
        Cell copy = cell;
        ref TState state = ref Unsafe.As<Cell, TState>(ref copy);
        nuint size = TAlgorithm.OwnedBytes(state);
        if (size > 0)
        {
            void* block = NativeMemory.Alloc(size);
            NativeMemory.Copy((void*)cell.Fourth, block, size);
            copy.Fourth = (long)block;
        }

        return copy;
    }

    public sealed override void Discard(ref Cell cell)
    {
        if (TAlgorithm.OwnsMemory) NativeMemory.Free((void*)cell.Fourth);
        cell = default;
    }
}

/// <summary>The one limit whose permits are held.</summary>
internal sealed unsafe class ConcurrencyBinding(LimitLeaf leaf, string ns, KeyHash hash, long permits, Concurrency algorithm)
    : LimitBinding<Concurrency, ConcurrencyState>(leaf, ns, hash, permits, algorithm)
{
    public override bool HoldsPermits => true;

    /// <summary>Releases a lease on a single key, without a list.</summary>
    public bool ReleaseOne(MemoryStore store, string key, UInt128 lease)
    {
        KeyDigest digest = Hash.Compute(key, Domain);
        SlotTable table = store.TableOf(Shelf.Leases);
        Segment segment = table.Find(digest);
        long now = store.Clock.Now();
        segment.Gate.Enter();
        if (!segment.Owns(digest)) segment = table.Reenter(segment, digest);
        Slot* slot = segment.Find(digest);
        bool held = slot != null && Release(ref slot->Cell, now, lease);
        segment.Gate.Exit();
        GC.KeepAlive(table);
        return held;
    }

    public override bool Release(ref Cell cell, long now, UInt128 lease) =>
        Algorithm.Release(ref Unsafe.As<Cell, ConcurrencyState>(ref cell), now, lease);

    public override bool Renew(ref Cell cell, long now, UInt128 lease) =>
        Algorithm.Renew(ref Unsafe.As<Cell, ConcurrencyState>(ref cell), now, lease);
}
