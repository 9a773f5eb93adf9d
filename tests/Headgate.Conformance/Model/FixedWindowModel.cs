using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>A count for each window, windows aligned to 1970.</summary>
public sealed class FixedWindowModel(FixedWindowLimit limit) : LimitModel
{
    private FixedWindowLimit _limit = limit;
    private BigInteger _count;

    /// <summary>The end of the window that was counted in, as it was then.</summary>
    private long _end;

    public override BigInteger Permits => _limit.Permits;

    protected override long Horizon => Window;

    private long Window => Micros(_limit.Window);

    /// <summary>The count holds until its window has ended, or the last charge's window by the length in force.</summary>
    public override Fraction Used(long now)
    {
        if (IsFresh(now)) return 0;
        long time = Time(now);
        bool sameWindow = time / Window == LastSeen!.Value / Window;
        return sameWindow && time < _end ? _count : 0;
    }

    public override void Change(Limit limit) => _limit = (FixedWindowLimit)limit;

    /// <summary>A charge of a window that has ended has nothing outstanding.</summary>
    public override void Refund(long now, long chargedAt, BigInteger cost)
    {
        BigInteger used = Used(now).Floor();
        bool ofThisWindow = used > 0 && chargedAt >= Time(now) / Window * Window;
        if (ofThisWindow) _count = BigInteger.Max(0, used - cost);
    }

    protected override void Add(long time, BigInteger cost, UInt128 lease)
    {
        _count = Used(time).Floor() + cost;
        _end = ((time / Window) + 1) * Window;
    }
}
