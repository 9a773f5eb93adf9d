using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>The estimate: this window's count, and the last window's times the share of it that is still covered.</summary>
public sealed class SlidingWindowModel(SlidingWindowLimit limit) : LimitModel
{
    private SlidingWindowLimit _limit = limit;

    /// <summary>The count of the last charge's window, of the one before, and when both have faded by the length in force then.</summary>
    private BigInteger _current;
    private BigInteger _previous;
    private long _end;

    public override BigInteger Permits => _limit.Permits;

    protected override long Horizon => 2 * Window;

    private long Window => Micros(_limit.Window);

    public override Fraction Used(long now)
    {
        long time = Time(now);
        (BigInteger current, BigInteger previous) = Counts(now);
        long elapsed = time % Window;
        return current + (new Fraction(Window - elapsed, Window) * previous);
    }

    public override void Change(Limit limit) => _limit = (SlidingWindowLimit)limit;

    public override void Refund(long now, long chargedAt, BigInteger cost)
    {
        (BigInteger current, BigInteger previous) = Counts(now);
        if (current.IsZero && previous.IsZero) return;
        long time = Time(now);
        long start = time / Window * Window;
        if (chargedAt >= start) current = BigInteger.Max(0, current - cost);
        else if (chargedAt >= start - Window) previous = BigInteger.Max(0, previous - cost);
        (_current, _previous, _end, LastSeen) = (current, previous, Math.Min(_end, start + (2 * Window)), time);
    }

    protected override void Add(long time, BigInteger cost, UInt128 lease)
    {
        (BigInteger current, BigInteger previous) = Counts(time);
        _current = current + cost;
        _previous = previous;
        _end = ((time / Window) + 2) * Window;
    }

    private (BigInteger Current, BigInteger Previous) Counts(long now)
    {
        if (IsFresh(now)) return (0, 0);
        long time = Time(now);
        if (time >= _end) return (0, 0);
        return ((time / Window) - (LastSeen!.Value / Window)) switch
        {
            0 => (_current, _previous),
            1 => (0, _current),
            _ => (0, 0),
        };
    }
}
