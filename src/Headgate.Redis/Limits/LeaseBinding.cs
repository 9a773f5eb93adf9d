using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Limits;

/// <summary>Concurrency: the leases stay in Redis; how many permits they hold and when the last one ends travel.</summary>
internal sealed class LeaseBinding(LimitLeaf leaf, string ns, int kind, long permits, long leaseTime) : RedisBinding(leaf, ns, kind, (permits, leaseTime, 0, 0))
{
    private readonly long _permits = permits;
    private readonly long _leaseTime = leaseTime;

    public override int Keys => 2;

    public override bool DenialsLast => false;

    public override bool TellsEveryCost => false;

    public override void Read(ref ReplyReader reply, out View view)
    {
        view = default;
        view.Time = reply.Number();
        view.Used = reply.Number();
        view.EndsAt = reply.Number();
        view.RetryAt = reply.Number();
    }

    /// <summary>When leases are given back nobody knows, so nothing is foretold of them.</summary>
    public override void ReadCell(ref ReplyReader reply, out Cell cell)
    {
        Read(ref reply, out _);
        cell = default;
    }

    public override void Judge(in View view, long now, long cost, out Verdict verdict)
    {
        verdict = default;
        long room = _permits - view.Used;
        long untilEmpty = view.EndsAt == 0 ? 0 : view.EndsAt - now;
        verdict.Allowed = cost <= room || cost == 0;
        verdict.Remaining = Math.Max(0, verdict.Allowed ? room - cost : room);
        verdict.ResetAfter = verdict.Allowed && cost > 0 ? Math.Max(view.Time + _leaseTime, view.EndsAt) - now : untilEmpty;
        if (!verdict.Allowed) verdict.RetryAfter = cost > _permits ? Verdict.Never : view.RetryAt - now;
    }

    public override void Charge(ref View view, long now, long cost)
    {
        view.Used += cost;
        view.EndsAt = Math.Max(view.Time + _leaseTime, view.EndsAt);
    }
}
