using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Keys;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Limits;

/// <summary>
/// One plain limit as the script charges it: its numbers and costs on the way there, and on the way back the figures of a decision, which
/// follow from what the script saw. Immutable; a pure function of (namespace, limit).
/// </summary>
internal abstract class RedisBinding
{
    private readonly byte _kind;
    private readonly byte _flags;
    private readonly (double A, double B, double C, double D) _numbers;

    private protected RedisBinding(LimitLeaf leaf, string ns, int kind, (double, double, double, double) numbers)
    {
        Namespace = ns;
        Identity = leaf.Identity;
        Local = LimitBinding.Create(leaf, ns);
        KeyDomain = KeySpace.DomainOf(ns, leaf.Identity);
        _kind = (byte)kind;
        // A state remembers its rate where the identity does not tell it: a name stays when numbers change (law 12).
        bool remembers = !leaf.Identity.StartsWith(leaf.Limit.Kind + "|u|", StringComparison.Ordinal);
        _flags = (byte)((leaf.Shadow ? 1 : 0) | (remembers ? 2 : 0));
        _numbers = numbers;
    }

    public string Namespace { get; }

    public string Identity { get; }

    public byte[] KeyDomain { get; }

    /// <summary>The same limit as the memory store charges it: label, permits, and the algorithm.</summary>
    public LimitBinding Local { get; }

    public bool IsShadow => Local.IsShadow;

    public virtual int Keys => 1;

    /// <summary>False where permits may come back at any moment, so that no denial holds until its retry time.</summary>
    public virtual bool DenialsLast => true;

    /// <summary>False where what was seen tells the retry time of the denied cost only.</summary>
    public virtual bool TellsEveryCost => true;

    public static RedisBinding Create(LimitLeaf leaf, string ns) => leaf.Limit switch
    {
        TokenBucketLimit limit => new BucketBinding(leaf, ns, 1, limit.Flow),
        LeakyBucketLimit limit => new BucketBinding(leaf, ns, 2, limit.Flow),
        FixedWindowLimit limit => new WindowBinding(leaf, ns, 3, limit.Permits, limit.WindowMicros),
        SlidingWindowLimit limit => new WindowBinding(leaf, ns, 4, limit.Permits, limit.WindowMicros),
        SlidingLogLimit limit => new LogBinding(leaf, ns, 5, limit.Permits, limit.WindowMicros),
        ConcurrencyLimit limit => new LeaseBinding(leaf, ns, 6, limit.Permits, limit.LeaseMicros),
        _ => throw new ArgumentException($"The Redis store does not know the limit {leaf.Limit.GetType()}.", nameof(leaf)),
    };

    public void WriteLimit(RequestWriter request)
    {
        request.Byte(_kind);
        request.Byte(_flags);
        request.Number(_numbers.A);
        request.Number(_numbers.B);
        request.Number(_numbers.C);
        request.Number(_numbers.D);
    }

    /// <param name="request">Where to.</param>
    /// <param name="index">The limit's place among those written, from 1.</param>
    /// <param name="cost">0 or more; more than the permits is written as impossible.</param>
    public void WriteCost(RequestWriter request, int index, long cost)
    {
        request.Byte(index);
        (double whole, double rest) = cost > Local.Permits ? (-1, 0) : CostOf(cost);
        request.Number(whole);
        request.Number(rest);
    }

    protected virtual (double Whole, double Part) CostOf(long cost) => (cost, 0);

    public abstract void Read(ref ReplyReader reply, out View view);

    /// <summary>The state as the memory store would hold it, from a report of everything; never seen where it is too long to send.</summary>
    public abstract void ReadCell(ref ReplyReader reply, out Cell cell);

    /// <summary>What a charge of <paramref name="cost"/> meets.</summary>
    public abstract void Judge(in View view, long now, long cost, out Verdict verdict);

    /// <summary>The view after an admitted charge.</summary>
    public abstract void Charge(ref View view, long now, long cost);
}

/// <summary>Limits whose whole state travels: the algorithm decides on it as it does in memory.</summary>
internal abstract class StateBinding(LimitLeaf leaf, string ns, int kind, (double, double, double, double) numbers) : RedisBinding(leaf, ns, kind, numbers)
{
    public sealed override void Read(ref ReplyReader reply, out View view)
    {
        view = default;
        ReadOnlySpan<byte> state = reply.Bytes(reply.Byte());
        if (state.Length > 0) view.State = Parse(state);
    }

    public sealed override void ReadCell(ref ReplyReader reply, out Cell cell)
    {
        Read(ref reply, out View view);
        cell = view.State;
    }

    public sealed override void Judge(in View view, long now, long cost, out Verdict verdict) => Local.Decide(view.State, now, cost, out _, out verdict);

    public sealed override void Charge(ref View view, long now, long cost)
    {
        Local.Decide(view.State, now, cost, out Cell next, out _);
        view.State = next;
    }

    protected abstract Cell Parse(ReadOnlySpan<byte> state);
}
