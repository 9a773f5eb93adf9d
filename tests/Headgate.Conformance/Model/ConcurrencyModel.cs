using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>Permits held until released or until their lease time ends.</summary>
public sealed class ConcurrencyModel(ConcurrencyLimit limit) : LimitModel
{
    private ConcurrencyLimit _limit = limit;
    private List<Held> _leases = [];

    public override BigInteger Permits => _limit.Permits;

    protected override long Horizon => LeaseTime;

    private long LeaseTime => Micros(_limit.LeaseTime);

    public override Fraction Used(long now) => Counting(now).Aggregate(BigInteger.Zero, (sum, lease) => sum + lease.Cost);

    public override void Change(Limit limit) => _limit = (ConcurrencyLimit)limit;

    /// <summary>Permits without a lease are known by the time they were taken at.</summary>
    public override void Refund(long now, long chargedAt, BigInteger cost)
    {
        foreach (Held taken in Counting(now).Where(lease => lease.Id == 0 && lease.Expiry == chargedAt + LeaseTime).ToList())
        {
            BigInteger given = BigInteger.Max(0, BigInteger.Min(taken.Cost, cost));
            cost -= given;
            _leases[_leases.IndexOf(taken)] = taken with { Cost = taken.Cost - given };
        }

        _leases.RemoveAll(lease => lease.Cost.IsZero);
    }

    /// <summary>True if the lease was held.</summary>
    public bool Release(long now, UInt128 id)
    {
        Held? held = Find(now, id);
        return held is not null && _leases.Remove(held);
    }

    /// <summary>True if the lease was held; it then runs for a whole lease time.</summary>
    public bool Renew(long now, UInt128 id)
    {
        if (Find(now, id) is not { } held) return false;
        LastSeen = Time(now);
        _leases.Remove(held);
        _leases.Add(held with { Expiry = LastSeen.Value + LeaseTime });
        return true;
    }

    public override LimitModel Clone()
    {
        var clone = (ConcurrencyModel)base.Clone();
        clone._leases = [.. _leases];
        return clone;
    }

    protected override void Add(long time, BigInteger cost, UInt128 lease)
    {
        _leases = [.. Counting(time)];
        _leases.Add(new Held(lease, time + LeaseTime, cost));
    }

    private Held? Find(long now, UInt128 id) => id == 0 ? null : Counting(now).FirstOrDefault(lease => lease.Id == id);

    private IEnumerable<Held> Counting(long now) => IsFresh(now) ? [] : _leases.Where(lease => lease.Expiry > Time(now));

    private sealed record Held(UInt128 Id, long Expiry, BigInteger Cost);
}
