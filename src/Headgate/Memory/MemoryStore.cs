using System.Runtime.CompilerServices;
using Headgate.Memory;
using Headgate.Memory.Snapshots;

namespace Headgate;

/// <summary>Limits in this process's memory: exact, thread-safe, without a timer or a thread, and bounded in keys.</summary>
/// <remarks>
/// <para>A decision on a known key allocates nothing. Keys are kept as keyed 128-bit hashes in native memory, about 60 bytes a key;
/// sliding logs add 16 bytes for each charge in the window, leases 52 each.</para>
/// <para>A key that decides like never seen is dropped by later calls, a few slots at a time. See
/// <see cref="MemoryStoreOptions.MaxKeys"/> for what happens at the bound.</para>
/// <para>Time is the injected <see cref="System.TimeProvider"/>'s: the wall clock once, when the store is built, and its monotonic timestamp from
/// then on.</para>
/// </remarks>
public sealed class MemoryStore : IRateLimitStore, IDisposable
{
    private readonly SlotTable _plain;
    private readonly SlotTable _logs;
    private readonly SlotTable _leases;
    private readonly LimitPlan.Cache _plans;
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>A store on the system's clock with the default options.</summary>
    public MemoryStore()
        : this(TimeProvider.System)
    {
    }

    /// <summary>A store on a clock.</summary>
    /// <param name="timeProvider">The clock; tests inject one that they set.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public MemoryStore(TimeProvider timeProvider, MemoryStoreOptions? options = null)
        : this(timeProvider, options, KeyHash.Draw())
    {
    }

    internal MemoryStore(TimeProvider timeProvider, MemoryStoreOptions? options, KeyHash hash)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        long maxKeys = options?.MaxKeys ?? MemoryStoreOptions.DefaultMaxKeys;
        if (maxKeys is < 1 or > MemoryStoreOptions.MostMaxKeys)
        {
            throw new ArgumentOutOfRangeException(nameof(options), maxKeys,
                $"MaxKeys is {maxKeys}; it must be between 1 and {MemoryStoreOptions.MostMaxKeys}. Use the number of keys you expect at once, with room to spare.");
        }

        Clock = new StoreClock(timeProvider);
        Budget = new KeyBudget(maxKeys);
        _plain = new SlotTable(Budget, ownsMemory: false);
        _logs = new SlotTable(Budget, ownsMemory: true);
        _leases = new SlotTable(Budget, ownsMemory: true);
        _plans = new LimitPlan.Cache(hash);
        Hash = hash;
        Telemetry.Track(Budget);
    }

    /// <summary>The clock that the store was built on.</summary>
    public TimeProvider TimeProvider => Clock.Provider;

    /// <summary>Keys held now, those included that decide like never seen and have not been dropped yet. Never above the bound.</summary>
    public long KeyCount => Budget.Keys;

    /// <summary>Live keys dropped so far because the store was full.</summary>
    public long ForcedEvictions => Budget.ForcedEvictions;

    internal StoreClock Clock { get; }

    internal KeyBudget Budget { get; }

    /// <summary>What stands for keys: its secrets are the store's own, so a snapshot can take them along.</summary>
    internal KeyHash Hash { get; }

    /// <summary>Cancelled by <see cref="Dispose"/>.</summary>
    internal CancellationToken Disposed => _disposed.Token;

    /// <inheritdoc/>
    public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(Decide(charges.Span, peek: false, default));

    /// <inheritdoc/>
    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<Decision>(ct);
        Check(charge);
        return new(Acquire(PlanOf(charge.Namespace, charge.Limit), charge.Key, charge.Cost));
    }

    /// <inheritdoc/>
    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
        ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(Decide(charges.Span, peek: true, default));

    /// <inheritdoc/>
    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        ct.IsCancellationRequested ? ValueTask.FromCanceled<Decision>(ct) : new(Decide(charges.Span, peek: false, lease.Value));

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        ct.IsCancellationRequested ? ValueTask.FromCanceled<bool>(ct) : new(ChangeLease(charges.Span, lease, renew: true));

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
        ct.IsCancellationRequested ? ValueTask.FromCanceled<bool>(ct) : new(ChangeLease(charges.Span, lease, renew: false));

    /// <inheritdoc/>
    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled(ct);
        if (!decision.IsAllowed) return default;
        ChargeList list = Fill(charges.Span);
        try
        {
            list.Refund(decision.DecidedAtMicros, shadows: decision.ShadowDeniedBy is null);
        }
        finally
        {
            list.Clear();
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask ResetAsync(string key, Limit limit, CancellationToken ct = default) => ResetAsync(new Charge(key, limit), ct);

    /// <inheritdoc/>
    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled(ct);
        ChargeList list = Fill(new ReadOnlySpan<Charge>(in charge));
        try
        {
            list.Forget();
        }
        finally
        {
            list.Clear();
        }

        return default;
    }

    /// <inheritdoc/>
    /// <remarks>Exact, but for concurrency limits, whose permits may be released at any time: they are taken to be free.</remarks>
    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default)
    {
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<TimeSpan>(ct);
        ChargeList list = Fill(charges.Span);
        try
        {
            return new(Forecast.Run(list, costs.Span));
        }
        finally
        {
            list.Clear();
        }
    }

    /// <summary>
    /// Drops every key that decides like never seen, now, rather than a few with each call. Returns how many. Takes about a millisecond
    /// for 100,000 keys and holds up other callers for a few microseconds at most.
    /// </summary>
    public long RemoveIdle()
    {
        long now = Clock.Now();
        return _plain.SweepAll(now) + _logs.SweepAll(now) + _leases.SweepAll(now);
    }

    /// <summary>
    /// Writes every key that still counts to a stream, from which <see cref="Restore"/> makes a store that decides as this one would have: in
    /// another process too. The store goes on deciding meanwhile and is not changed.
    /// </summary>
    /// <remarks>
    /// <para>49 bytes a key; a sliding log 37 and 16 for each charge in the window, a concurrency limit 37 and 32 for each lease. Some
    /// tenths of a second for a million keys, the stream's own time apart. Nobody is held up for longer than it takes to copy 960 keys, or the log or
    /// the leases of one key; never while the stream is written.</para>
    /// <para>Each key is saved as it was at one moment during the call. What ended before the call is in the snapshot whole, what begins after
    /// it is not. Of a decision made meanwhile, the charges on some of its keys may be in and those on others not. Who wants one moment for
    /// all keys saves when nobody decides any more.</para>
    /// <para><b>Keep it secret.</b> The snapshot holds the secrets that keys are hashed under, and the restored store goes on with them. Who
    /// reads it can make up keys that collide, and can tell whether a key that he guesses is in it. Give a file to its owner alone (mode 0600).
    /// Who can write it says what callers have consumed.</para>
    /// <para>A checksum at the end tells a snapshot that was not written to its end. To replace a file, write another, flush it to the disk
    /// and rename it.</para>
    /// </remarks>
    /// <param name="destination">Where to write, from its position on; neither closed nor sought.</param>
    /// <param name="ct">Gives up between two segments; what has been written is no snapshot then.</param>
    /// <exception cref="ObjectDisposedException">The store has been disposed, before or meanwhile.</exception>
    /// <exception cref="IOException">The stream's own.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public void Save(Stream destination, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using SealedOutput output = new(destination);
        new SnapshotWriter(this, output, ct).Write();
    }

    /// <summary>
    /// A store that goes on where a saved one stood: every key that still counts decides as it would have there, under limits of the same
    /// namespace and identity, and permits held under a lease can be renewed and released. Whole or not at all.
    /// </summary>
    /// <remarks>
    /// <para>Times in a snapshot are points in time, so they stay right: what has been forgotten by now is dropped, windows that have ended have
    /// ended. If the clock is behind the one that the snapshot was made by, keys decide as they do in any store whose clock goes back: nobody is
    /// locked out longer than it takes to recover from nothing.</para>
    /// <para>If more keys still count than <see cref="MemoryStoreOptions.MaxKeys"/> allows, those that would be forgotten soonest give way, and
    /// <see cref="ForcedEvictions"/> counts them.</para>
    /// <para>Nothing in the stream is trusted: memory grows only with what is really there, at most a quarter above the bound on keys, and each
    /// state must be one that a limit can leave behind. Other stores do not matter: any number of snapshots can be restored in one process,
    /// before and after other stores were made, and one snapshot into several stores. Only the machine must hash as the one that saved did: both
    /// with AES instructions (x86), or both without.</para>
    /// </remarks>
    /// <param name="source">A snapshot and nothing after it, read from its position to its end; not closed.</param>
    /// <param name="timeProvider">The clock, as for a new store.</param>
    /// <param name="options">Settings, as for a new store; the defaults if null.</param>
    /// <exception cref="InvalidDataException">
    /// It is no snapshot, not a whole one, a damaged one, of another version or of another kind of machine: the message says which. There is no
    /// store then.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    /// <exception cref="IOException">The stream's own.</exception>
    public static MemoryStore Restore(Stream source, TimeProvider timeProvider, MemoryStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(timeProvider);
        using SealedInput input = new(source);
        return SnapshotReader.Read(input, timeProvider, options);
    }

    /// <summary>Frees the memory. Calls under way finish; later ones throw <see cref="ObjectDisposedException"/>. Safe at any time, from any thread, more than once.</summary>
    public void Dispose()
    {
        _plain.Dispose();
        _logs.Dispose();
        _leases.Dispose();
        Telemetry.Untrack(Budget);
        _disposed.Cancel();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal SlotTable TableOf(Shelf shelf) => shelf == Shelf.Plain ? _plain : shelf == Shelf.Logs ? _logs : _leases;

    /// <summary>The time, read inside a segment: an injected clock that throws must not leave the gate shut.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal long ReadClockInside(Segment segment)
    {
        try
        {
            return Clock.Now();
        }
        catch
        {
            segment.Gate.Exit();
            throw;
        }
    }

    internal LimitPlan PlanOf(string? ns, Limit limit) => _plans.Get(ns, limit);

    /// <summary>One limit on one key: the whole of the path that a plain limit takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Decision Acquire(LimitPlan plan, string key, long cost)
    {
        if (plan.Single is { } binding) return binding.AcquireOne(this, key, cost, default);
        return Decide(plan, key, cost, peek: false);
    }

    internal Decision Peek(LimitPlan plan, string key, long cost) => Decide(plan, key, cost, peek: true);

    private Decision Decide(LimitPlan plan, string key, long cost, bool peek)
    {
        ChargeList list = ChargeList.For(this);
        try
        {
            Add(list, plan, key, cost);
            list.Decide(peek, default, out Decision decision);
            return decision;
        }
        finally
        {
            list.Clear();
        }
    }

    /// <summary>The first charge of a key, which needs a slot.</summary>
    internal Decision AcquireNew(LimitBinding binding, KeyDigest digest, long cost, UInt128 lease)
    {
        ChargeList list = ChargeList.For(this);
        try
        {
            list.Add(binding, digest, cost);
            list.Decide(peek: false, lease, out Decision decision);
            return decision;
        }
        finally
        {
            list.Clear();
        }
    }

    /// <summary>Drops a key to make way for another: of the table that needs it, or if that has none, of another.</summary>
    internal bool TryEvict(Shelf shelf, KeyDigest digest, long now) =>
        TableOf(shelf).TryEvict(digest, now) || _plain.TryEvict(digest, now) || _logs.TryEvict(digest, now) || _leases.TryEvict(digest, now);

    internal Decision Decide(ReadOnlySpan<Charge> charges, bool peek, UInt128 lease)
    {
        if (charges.Length == 1 && !peek)
        {
            ref readonly Charge charge = ref charges[0];
            Check(charge);
            if (PlanOf(charge.Namespace, charge.Limit).Single is { } single) return single.AcquireOne(this, charge.Key, charge.Cost, lease);
        }

        ChargeList list = Fill(charges);
        try
        {
            list.Decide(peek, lease, out Decision decision);
            return decision;
        }
        finally
        {
            list.Clear();
        }
    }

    private bool ChangeLease(ReadOnlySpan<Charge> charges, LeaseId lease, bool renew)
    {
        if (charges.Length == 1 && !renew)
        {
            ref readonly Charge charge = ref charges[0];
            Check(charge);
            if (PlanOf(charge.Namespace, charge.Limit).Single is ConcurrencyBinding single) return single.ReleaseOne(this, charge.Key, lease.Value);
        }

        ChargeList list = Fill(charges);
        try
        {
            return list.ChangeLease(renew, lease.Value);
        }
        finally
        {
            list.Clear();
        }
    }

    private ChargeList Fill(ReadOnlySpan<Charge> charges)
    {
        if (charges.IsEmpty) throw new ArgumentException($"The list has no charges; it must have 1 to {IRateLimitStore.MaxCharges}. Name at least one.", nameof(charges));
        ChargeList list = ChargeList.For(this);
        try
        {
            foreach (ref readonly Charge charge in charges)
            {
                Check(charge);
                Add(list, PlanOf(charge.Namespace, charge.Limit), charge.Key, charge.Cost);
            }
        }
        catch
        {
            list.Clear();
            throw;
        }

        return list;
    }

    private static void Add(ChargeList list, LimitPlan plan, string key, long cost)
    {
        foreach (LimitBinding binding in plan.Bindings) list.Add(binding, binding.Hash.Compute(key, binding.Domain), cost);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(in Charge charge)
    {
        if (charge.Key is null || charge.Limit is null || charge.Cost < 0) Refuse(charge);
    }

    private static void Refuse(in Charge charge)
    {
        if (charge.Key is null) throw new ArgumentNullException(nameof(charge), "Key is null; every charge must name a key. The empty string is one.");
        if (charge.Limit is null) throw new ArgumentNullException(nameof(charge), "Limit is null; every charge must name a limit.");
        throw new ArgumentOutOfRangeException(nameof(charge), charge.Cost,
            $"Cost is {charge.Cost}; it must be 0 or more. Use RefundAsync to give permits back.");
    }
}
