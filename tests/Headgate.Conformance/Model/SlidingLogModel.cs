using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>Every admitted charge; those in (t' - W, t'] count.</summary>
public sealed class SlidingLogModel(SlidingLogLimit limit) : LimitModel
{
    private SlidingLogLimit _limit = limit;
    private List<(long Time, BigInteger Cost)> _log = [];

    /// <summary>When the last charge leaves the window, by the length in force when it was made.</summary>
    private long _end;

    public override BigInteger Permits => _limit.Permits;

    protected override long Horizon => Window;

    private long Window => Micros(_limit.Window);

    public override Fraction Used(long now) => Counting(now).Aggregate(BigInteger.Zero, (sum, entry) => sum + entry.Cost);

    public override void Change(Limit limit) => _limit = (SlidingLogLimit)limit;

    public override void Refund(long now, long chargedAt, BigInteger cost)
    {
        if (!Counting(now).Any(entry => entry.Time == chargedAt)) return;
        int at = _log.FindIndex(entry => entry.Time == chargedAt);
        _log[at] = (chargedAt, BigInteger.Max(0, _log[at].Cost - cost));
    }

    public override LimitModel Clone()
    {
        var clone = (SlidingLogModel)base.Clone();
        clone._log = [.. _log];
        return clone;
    }

    protected override void Add(long time, BigInteger cost, UInt128 lease)
    {
        _log = [.. Counting(time)];
        int same = _log.FindIndex(entry => entry.Time == time);
        if (same >= 0) _log[same] = (time, _log[same].Cost + cost);
        else _log.Add((time, cost));
        _end = time + Window;
    }

    private IEnumerable<(long Time, BigInteger Cost)> Counting(long now)
    {
        if (IsFresh(now) || Time(now) >= _end) return [];
        return _log.Where(entry => entry.Time > Time(now) - Window);
    }
}
