using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>Token and leaky bucket: a level in permits that drains at N/P. Tokens are what is missing to a full bucket.</summary>
public sealed class BucketModel : LimitModel
{
    private bool _leaky;
    private long _capacity;
    private Fraction _perMicro;

    /// <summary>The level at the last charge, and how fast it drains: at the rate under which it was written.</summary>
    private Fraction _level;
    private Fraction _draining;

    public BucketModel(Limit limit)
    {
        Change(limit);
        _draining = _perMicro;
    }

    public override BigInteger Permits => _capacity;

    protected override long Horizon => (long)new Fraction(_capacity * _perMicro.Denominator, _perMicro.Numerator).Ceiling();

    public override Fraction Used(long now) =>
        IsFresh(now) ? 0 : Fraction.Max(0, _level - (_draining * (Time(now) - LastSeen!.Value)));

    public override void Change(Limit limit)
    {
        (_capacity, Rate rate, _leaky) = limit switch
        {
            TokenBucketLimit tokens => (tokens.Capacity, tokens.Refill, false),
            LeakyBucketLimit leaky => (leaky.Capacity, leaky.Leak, true),
            _ => throw new ArgumentException($"{limit} is no bucket.", nameof(limit)),
        };
        _perMicro = new Fraction(rate.Permits, Micros(rate.Period));
    }

    /// <summary>
    /// A level from another rate is counted in units of this one, a permit being P of them, rounded up by less than one; and at
    /// 2^62 units, twice the largest bucket, or what takes 2^52 microseconds to drain, half as long again as the slowest bucket, it is cut.
    /// </summary>
    public override void Settle(long now)
    {
        if (_draining == _perMicro) return;
        Fraction level = Used(now);
        if (level.Sign == 0) return;
        BigInteger units = (level * _perMicro.Denominator).Ceiling();
        BigInteger most = BigInteger.Min(BigInteger.One << 62, _perMicro.Numerator << 52);
        _level = new Fraction(BigInteger.Min(units, most), _perMicro.Denominator);
        _draining = _perMicro;
        LastSeen = Time(now);
    }

    /// <summary>
    /// Without the charge the level would be lower by its cost, less what has drained since: as long as the bucket is not empty it
    /// drains what the charge poured in.
    /// </summary>
    public override void Refund(long now, long chargedAt, BigInteger cost)
    {
        long time = Time(now);
        Fraction outstanding = (Fraction)cost - (_perMicro * Math.Max(0, time - chargedAt));
        if (Used(now).Sign == 0 || outstanding.Sign <= 0) return;
        Settle(now);
        _level = Fraction.Max(0, Used(now) - outstanding);
        LastSeen = time;
    }

    protected override void Add(long time, BigInteger cost, UInt128 lease)
    {
        _level = Used(time) + cost;
        _draining = _perMicro;
    }

    /// <summary>The time until what was ahead has drained.</summary>
    protected override long Delay(long now) => _leaky ? ResetAfter(now) : 0;
}
