using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>
/// One key's state of one limit, slow and obviously right: a limit is nothing but the number of permits that count as used at a time,
/// a rational number. Everything a decision says follows from that by trying.
/// </summary>
public abstract class LimitModel
{
    /// <summary>The time of the last admitted charge; null for a key that was never seen.</summary>
    protected long? LastSeen { get; set; }

    /// <summary>The permits of the limit in force.</summary>
    public abstract BigInteger Permits { get; }

    /// <summary>The time in which the limit recovers fully: how far behind <see cref="LastSeen"/> a clock is still believed.</summary>
    protected abstract long Horizon { get; }

    /// <summary>The model of a plain limit for a key that was never seen.</summary>
    public static LimitModel Create(Limit limit) => limit switch
    {
        TokenBucketLimit or LeakyBucketLimit => new BucketModel(limit),
        FixedWindowLimit fixedWindow => new FixedWindowModel(fixedWindow),
        SlidingWindowLimit slidingWindow => new SlidingWindowModel(slidingWindow),
        SlidingLogLimit slidingLog => new SlidingLogModel(slidingLog),
        ConcurrencyLimit concurrency => new ConcurrencyModel(concurrency),
        _ => throw new ArgumentException($"{limit} is no plain limit.", nameof(limit)),
    };

    /// <summary>The permits that count as used at <paramref name="now"/>. Never grows with time while nobody charges.</summary>
    public abstract Fraction Used(long now);

    /// <summary>True if the key decides like never seen.</summary>
    public bool IsIdle(long now) => IsFresh(now) || (LastSeen <= now && Used(now).Sign == 0);

    public bool Admits(long now, BigInteger cost) => cost.IsZero || Used(now) + cost <= Permits;

    /// <summary>What a charge meets. Changes nothing.</summary>
    public ModelVerdict Decide(long now, BigInteger cost)
    {
        LimitModel at = Clone();
        at.Settle(now);
        bool allowed = at.Admits(now, cost);
        long delay = allowed ? at.Delay(now) : 0;
        long retryAfter = allowed ? 0 : cost > Permits ? ModelVerdict.Never : Search.First(d => at.Admits(now + d, cost));
        if (allowed) at.Charge(now, cost, lease: 0);
        return new ModelVerdict(allowed, at.Remaining(now), retryAfter, at.ResetAfter(now), delay);
    }

    /// <summary>The largest cost that would be admitted.</summary>
    public BigInteger Remaining(long now) => BigInteger.Max(0, ((Fraction)Permits - Used(now)).Floor());

    /// <summary>The time until nothing counts as used.</summary>
    public long ResetAfter(long now) => Search.First(d => Used(now + d).Sign == 0);

    /// <summary>Makes a charge that was admitted. A cost of 0 changes nothing.</summary>
    public void Charge(long now, BigInteger cost, UInt128 lease)
    {
        if (cost.IsZero) return;
        Settle(now);
        long time = Time(now);
        Add(time, cost, lease);
        LastSeen = time;
    }

    /// <summary>Gives back what is still outstanding of a charge.</summary>
    public abstract void Refund(long now, long chargedAt, BigInteger cost);

    /// <summary>Puts other numbers in force; what was consumed stays consumed (law 12).</summary>
    public abstract void Change(Limit limit);

    /// <summary>What was consumed under other numbers is counted by those in force from now on. Most limits have nothing to do.</summary>
    public virtual void Settle(long now)
    {
    }

    /// <summary>A second state that is equal now and changes on its own.</summary>
    public virtual LimitModel Clone() => (LimitModel)MemberwiseClone();

    /// <summary>How long admitted work is held.</summary>
    protected virtual long Delay(long now) => 0;

    /// <summary>Makes an admitted charge at the time that counts.</summary>
    protected abstract void Add(long time, BigInteger cost, UInt128 lease);

    /// <summary>Law 8: the clock is too far behind the last charge to be believed, so the key counts as never seen.</summary>
    protected bool IsFresh(long now) => LastSeen is not { } last || last - now > Horizon;

    /// <summary>Law 8: the running maximum, t'.</summary>
    protected long Time(long now) => IsFresh(now) ? now : Math.Max(now, LastSeen!.Value);

    protected static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;
}
