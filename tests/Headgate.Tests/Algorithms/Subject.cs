using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>One key's state of one algorithm, called as a store calls it, without a store.</summary>
internal abstract class Subject : IDisposable
{
    /// <summary>The two numbers that every state begins with.</summary>
    public abstract StateHead Head { get; }

    public static Subject Create(Limit limit) => limit switch
    {
        TokenBucketLimit => new Subject<TokenBucket, BucketState>(limit, l => new TokenBucket(((TokenBucketLimit)l).Flow)),
        LeakyBucketLimit => new Subject<LeakyBucket, BucketState>(limit, l => new LeakyBucket(((LeakyBucketLimit)l).Flow)),
        FixedWindowLimit => new Subject<FixedWindow, FixedWindowState>(
            limit, l => new FixedWindow(((FixedWindowLimit)l).Permits, ((FixedWindowLimit)l).WindowMicros)),
        SlidingWindowLimit => new Subject<SlidingWindow, SlidingWindowState>(
            limit, l => new SlidingWindow(((SlidingWindowLimit)l).Permits, ((SlidingWindowLimit)l).WindowMicros)),
        SlidingLogLimit => new Subject<SlidingLog, SlidingLogState>(
            limit, l => new SlidingLog(((SlidingLogLimit)l).Permits, ((SlidingLogLimit)l).WindowMicros)),
        ConcurrencyLimit => new ConcurrencySubject((ConcurrencyLimit)limit),
        _ => throw new ArgumentException($"{limit} is no plain limit.", nameof(limit)),
    };

    /// <summary>What a charge would meet, with the figures of the state as it is.</summary>
    public abstract Verdict Peek(long now, long cost);

    /// <summary>Charges if it is admitted; a state from other numbers is settled by a denial.</summary>
    public abstract Verdict Acquire(long now, long cost, UInt128 lease = default);

    public abstract void Refund(long now, long chargedAt, long cost);

    /// <summary>Puts other numbers in force.</summary>
    public abstract void Change(Limit limit);

    /// <summary>Drops the state.</summary>
    public abstract void Forget();

    /// <summary>Every byte of the state, the log or the leases it owns included.</summary>
    public abstract byte[] Snapshot();

    public virtual bool Release(long now, UInt128 lease) => throw new NotSupportedException();

    public virtual bool Renew(long now, UInt128 lease) => throw new NotSupportedException();

    public void Dispose()
    {
        Forget();
        GC.SuppressFinalize(this);
    }
}

internal unsafe class Subject<TAlgorithm, TState>(Limit limit, Func<Limit, TAlgorithm> build) : Subject
    where TAlgorithm : struct, IAlgorithm<TState>
    where TState : unmanaged
{
    private TState _state;

    public override StateHead Head => Unsafe.As<TState, StateHead>(ref _state);

    protected TAlgorithm Algorithm { get; private set; } = build(limit);

    protected ref TState State => ref _state;

    public override Verdict Acquire(long now, long cost, UInt128 lease = default)
    {
        Verdict verdict = Algorithm.Decide(_state, now, cost, out TState next);
        if (verdict.Allowed && cost > 0) Algorithm.Commit(ref _state, next, cost, lease);
        else if (verdict.Settles) _state = next;
        return verdict;
    }

    public override Verdict Peek(long now, long cost)
    {
        Verdict verdict = Algorithm.Decide(_state, now, cost, out _);
        Verdict asIs = Algorithm.Decide(_state, now, 0, out _);
        (verdict.Remaining, verdict.ResetAfter) = (asIs.Remaining, asIs.ResetAfter);
        return verdict;
    }

    public override void Refund(long now, long chargedAt, long cost) => _state = Algorithm.Refund(_state, now, chargedAt, cost);

    public override void Change(Limit limit) => Algorithm = build(limit);

    public override void Forget()
    {
        if (TAlgorithm.OwnsMemory) NativeMemory.Free(Unsafe.As<TState, Words>(ref _state).Owned);
        _state = default;
    }

    public override byte[] Snapshot()
    {
        byte[] bytes = MemoryMarshal.AsBytes(new Span<TState>(ref _state)).ToArray();
        nuint size = TAlgorithm.OwnedBytes(_state);
        return size == 0 ? bytes : [.. bytes, .. new ReadOnlySpan<byte>(Unsafe.As<TState, Words>(ref _state).Owned, (int)size)];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Words
    {
        public long First, Second, Third;
        public void* Owned;
    }
}

internal sealed class ConcurrencySubject(ConcurrencyLimit limit)
    : Subject<Concurrency, ConcurrencyState>(
        limit, l => new Concurrency(((ConcurrencyLimit)l).Permits, ((ConcurrencyLimit)l).LeaseMicros))
{
    public override bool Release(long now, UInt128 lease) => Algorithm.Release(ref State, now, lease);

    public override bool Renew(long now, UInt128 lease) => Algorithm.Renew(ref State, now, lease);
}
