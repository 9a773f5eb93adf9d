using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>
/// A list of charges on its way through the store: enters every segment it needs, in one order that all share, decides all, and then
/// makes all or none. One a thread, used again and again.
/// </summary>
/// <remarks>
/// No deadlock: gates are taken in the order of <see cref="Segment.Order"/>, and nobody waits for one while holding a later one.
/// No half charge: whatever may fail (room in a segment, the bound on keys, memory) happens before the first commit.
/// </remarks>
internal sealed unsafe class ChargeList
{
    private static readonly Cell[] NeverSeen = new Cell[1];

    [ThreadStatic]
    private static ChargeList? _ofThread;

    private readonly Item[] _items = new Item[IRateLimitStore.MaxCharges];

    /// <summary>The items by whose segments the gates are taken, one a segment, in the order of <see cref="Segment.Order"/>.</summary>
    private readonly int[] _gates = new int[IRateLimitStore.MaxCharges];
    private int _count;
    private int _gateCount;
    private int _missing;

    /// <summary>Places in the budget taken for keys that are not yet in.</summary>
    private int _reserved;
    private int _entered;
    private MemoryStore _store = null!;

    private ChargeList()
    {
    }

    /// <summary>This thread's list, empty. Return it with <see cref="Clear"/>.</summary>
    public static ChargeList For(MemoryStore store)
    {
        ChargeList list = _ofThread ??= new ChargeList();
        list._store = store;
        list._count = 0;
        return list;
    }

    /// <summary>
    /// Lets go of the store, and after an exception (memory ran out, a clock that throws) of gates and reserved places. The last bindings
    /// and segments stay, at most 64 a thread: a list that names the same limits again writes no reference, which costs more than a number.
    /// </summary>
    public void Clear()
    {
        Exit();
        if (_reserved != 0) _store.Budget.Release(_reserved);
        _reserved = 0;
        _count = 0;
        _store = null!;
    }

    public void Add(LimitBinding binding, KeyDigest digest, long cost)
    {
        for (int i = 0; i < _count; i++)
        {
            ref Item same = ref _items[i];
            if (same.Digest != digest) continue;
            if (!same.Binding.IsSameAs(binding))
            {
                throw new ArgumentException(
                    $"The charges name {binding.Label} twice on one key with different numbers or shadow. Charge one of them, or give them different names.");
            }

            same.Cost = cost > long.MaxValue - same.Cost ? long.MaxValue : same.Cost + cost;
            return;
        }

        if (_count == IRateLimitStore.MaxCharges)
            throw new ArgumentException($"The list has more than {IRateLimitStore.MaxCharges} charges, the parts of composites counted. Use fewer.");
        ref Item item = ref _items[_count++];
        if (!ReferenceEquals(item.Binding, binding)) item.Binding = binding;
        item.Digest = digest;
        item.Cost = cost;
    }

    /// <summary>
    /// Decides the list, and unless it is a peek makes every charge or none. The decision is written in place: returned through the caller's
    /// finally block it would be copied twice.
    /// </summary>
    public void Decide(bool peek, UInt128 lease, out Decision decision)
    {
        while (true)
        {
            long now = Enter();
            bool allowed = DecideAll(now);
            if (peek || !allowed)
            {
                if (!peek) SettleAll();
                Compose(allowed, charged: false, now, out decision);
                ExitAndSweep(now);
                return;
            }

            if (_missing == 0 || TryInsertMissing(now))
            {
                CommitAll(lease);
                Compose(allowed, charged: true, now, out decision);
                ExitAndSweep(now);
                return;
            }
        }
    }

    /// <param name="chargedAt">When the charges were made.</param>
    /// <param name="shadows">False if a shadow limit denied: which of them were charged is not known, and none is better than too much.</param>
    public void Refund(long chargedAt, bool shadows)
    {
        long now = Enter();
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.Slot != null && (shadows || !item.Binding.IsShadow)) item.Binding.Refund(ref item.Slot->Cell, now, chargedAt, item.Cost);
        }

        Exit();
    }

    /// <summary>
    /// Renews or releases the permits held under a lease. True if all that are enforced (renew) or any (release) were still held. Where only
    /// shadow limits hold permits a renewal never fails, and a release counts theirs.
    /// </summary>
    public bool ChangeLease(bool renew, UInt128 lease)
    {
        long now = Enter();
        bool all = true, any = false, anyShadow = false, enforces = false, holds = false;
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (!item.Binding.HoldsPermits) continue;
            holds = true;
            bool done = item.Slot != null
                && (renew ? item.Binding.Renew(ref item.Slot->Cell, now, lease) : item.Binding.Release(ref item.Slot->Cell, now, lease));

            // A shadow limit that denied the lease holds nothing of it, and must not end it.
            if (item.Binding.IsShadow)
            {
                anyShadow |= done;
                continue;
            }

            enforces = true;
            all &= done;
            any |= done;
        }

        Exit();
        if (renew) return all && holds;
        return enforces ? any : anyShadow;
    }

    public void Forget()
    {
        _ = Enter();
        int dropped = 0;
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.Slot == null) continue;
            item.Segment.Remove(item.Slot);
            dropped++;
        }

        Exit();
        _store.Budget.Release(dropped);
    }

    /// <summary>Copies the states, in order of the charges, and returns the time at which they were copied.</summary>
    public long Copy(Span<Cell> cells)
    {
        long now = Enter();
        for (int i = 0; i < _count; i++) cells[i] = _items[i].Slot == null ? default : _items[i].Binding.Clone(_items[i].Slot->Cell);
        Exit();
        return now;
    }

    public int Count => _count;

    public LimitBinding BindingAt(int index) => _items[index].Binding;

    /// <summary>Enters every segment, finds every slot and reads the clock: order at the gates is order in time.</summary>
    private long Enter()
    {
        while (true)
        {
            FindSegments();
            for (_entered = 0; _entered < _gateCount; _entered++) _items[_gates[_entered]].Segment.Gate.Enter();
            bool owned = true;
            foreach (ref Item item in _items.AsSpan(0, _count))
            {
                owned &= item.Segment.Owns(item.Digest);
                item.Slot = owned ? item.Segment.Find(item.Digest) : null;
            }

            if (owned) return _store.Clock.Now();
            Exit();
        }
    }

    private void FindSegments()
    {
        _gateCount = 0;
        for (int i = 0; i < _count; i++)
        {
            ref Item item = ref _items[i];
            Segment segment = _store.TableOf(item.Binding.Shelf).Find(item.Digest);
            if (!ReferenceEquals(item.Segment, segment)) item.Segment = segment;
            int place = _gateCount;
            while (place > 0 && _items[_gates[place - 1]].Segment.Order > segment.Order) place--;
            if (place > 0 && ReferenceEquals(_items[_gates[place - 1]].Segment, segment)) continue;
            for (int g = _gateCount++; g > place; g--) _gates[g] = _gates[g - 1];
            _gates[place] = i;
        }
    }

    private void ExitAndSweep(long now)
    {
        bool clean = _items[0].Segment.CountDecision();
        Exit();
        if (clean) _store.TableOf(_items[0].Binding.Shelf).SweepSome(now);
    }

    private void Exit()
    {
        while (_entered > 0) _items[_gates[--_entered]].Segment.Gate.Exit();
    }

    /// <summary>True if every enforced limit admits.</summary>
    private bool DecideAll(long now)
    {
        bool allowed = true;
        _missing = 0;
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            item.Binding.Decide(item.State, now, item.Cost, out item.Next, out item.Verdict);
            allowed &= item.Verdict.Allowed || item.Binding.IsShadow;
            if (item.IsMissing) _missing++;
        }

        return allowed;
    }

    private void SettleAll()
    {
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.Verdict.Settles) item.Slot->Cell = item.Next;
        }
    }

    /// <summary>True if slots moved and all must be looked up anew.</summary>
    private bool MakeRoom(long now)
    {
        bool moved = false;
        for (int s = 0; s < _gateCount; s++)
        {
            int missing = 0;
            Segment segment = _items[_gates[s]].Segment;
            foreach (ref Item item in _items.AsSpan(0, _count))
            {
                if (item.IsMissing && ReferenceEquals(item.Segment, segment)) missing++;
            }

            if (missing == 0 || segment.HasRoom(missing)) continue;
            _store.TableOf(_items[_gates[s]].Binding.Shelf).MakeRoom(segment, missing, now);
            moved = true;
        }

        return moved;
    }

    /// <summary>
    /// Puts in the keys that are not there. False if that must wait for a place or slots had to move: then nothing is entered any more and
    /// all must be decided anew.
    /// </summary>
    private bool TryInsertMissing(long now)
    {
        if (_missing > _reserved && !_store.Budget.TryReserve(_missing - _reserved))
        {
            Exit();
            AwaitPlace(now);
            return false;
        }

        _reserved = Math.Max(_reserved, _missing);
        if (MakeRoom(now))
        {
            Exit();
            return false;
        }

        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (!item.IsMissing) continue;
            item.Slot = item.Segment.Insert(item.Digest);
            _reserved--;
        }

        return true;
    }

    /// <summary>The store is full: drops another key for the place it has.</summary>
    private void AwaitPlace(long now)
    {
        if (_count > _store.Budget.MaxKeys)
            throw new ArgumentException($"The list names {_count} keys and MaxKeys is {_store.Budget.MaxKeys}. Raise MaxKeys to at least the length of a list.");
        if (_store.TryEvict(_items[0].Binding.Shelf, _items[0].Digest, now))
        {
            _reserved++;
            return;
        }

        // Nothing left to drop: others hold the places, for lists of their own. Each gives back what it holds, or none gets all.
        _store.Budget.Release(_reserved);
        _reserved = 0;
        Thread.Yield();
    }

    private void CommitAll(UInt128 lease)
    {
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.IsCharged && item.Binding.OwnsMemory) item.Binding.Prepare(ref item.Slot->Cell, item.Next);
        }

        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.IsCharged) item.Binding.Commit(ref item.Slot->Cell, item.Next, item.Cost, lease);
            else if (item.Verdict.Settles) item.Slot->Cell = item.Next;
        }
    }

    /// <summary>
    /// One decision of many verdicts (law 10). Of several that deny the one with the longest wait decides, of several that admit the
    /// one with the least remaining. Shadow limits lend their figures only where nothing is enforced.
    /// </summary>
    private void Compose(bool allowed, bool charged, long now, out Decision decision)
    {
        bool enforces = false;
        string? shadowDeniedBy = null;
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            enforces |= !item.Binding.IsShadow;
            if (item.Binding.IsShadow && !item.Verdict.Allowed) shadowDeniedBy ??= item.Binding.Label;
        }

        Verdict whole = new() { Allowed = allowed, Remaining = long.MaxValue };
        Verdict uncharged = default;
        LimitBinding decider = _items[0].Binding;
        long least = long.MaxValue, longest = -1;
        foreach (ref Item item in _items.AsSpan(0, _count))
        {
            if (item.Binding.IsShadow && enforces) continue;
            // By reference: copying what was just written field by field stalls the processor.
            ref readonly Verdict verdict = ref item.Verdict;
            scoped ref readonly Verdict figures = ref verdict;
            if (!charged || !item.IsCharged)
            {
                item.Binding.Decide(item.State, now, 0, out _, out uncharged);
                figures = ref uncharged;
            }

            if (allowed ? figures.Remaining < least : !verdict.Allowed && verdict.RetryAfter > longest)
            {
                decider = item.Binding;
                least = figures.Remaining;
                longest = verdict.RetryAfter;
            }

            whole.Remaining = Math.Min(whole.Remaining, figures.Remaining);
            whole.ResetAfter = Math.Max(whole.ResetAfter, figures.ResetAfter);
            if (allowed) whole.Delay = Math.Max(whole.Delay, verdict.Delay);
            else if (!verdict.Allowed) whole.RetryAfter = Math.Max(whole.RetryAfter, verdict.RetryAfter);
        }

        decision = Decisions.From(whole, decider, now, shadowDeniedBy);
    }

    /// <summary>One charge and what became of it. Slots are valid while the segments are entered and unmoved.</summary>
    private struct Item
    {
        public LimitBinding Binding;
        public KeyDigest Digest;
        public long Cost;
        public Segment Segment;
        public Slot* Slot;
        public Verdict Verdict;
        public Cell Next;

        /// <summary>The key's state; never seen where it has no slot.</summary>
        public readonly ref readonly Cell State => ref Slot == null ? ref NeverSeen[0] : ref Slot->Cell;

        public readonly bool IsCharged => Verdict.Allowed && Cost > 0;

        public readonly bool IsMissing => Slot == null && IsCharged;
    }
}
