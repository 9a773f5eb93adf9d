using System.Runtime.CompilerServices;
using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Protocol;

namespace Headgate.Redis.Limits;

/// <summary>Sliding log: the log stays in Redis; its sum and the times of its ends travel.</summary>
internal sealed unsafe class LogBinding(LimitLeaf leaf, string ns, int kind, long permits, long window) : RedisBinding(leaf, ns, kind, (permits, window, 0, 0))
{
    private const int HeaderBytes = 25;
    private const int EntryBytes = 14;
    private const long Modulus = 1L << 52;

    private readonly long _permits = permits;
    private readonly long _window = window;

    public override bool TellsEveryCost => false;

    public override void Read(ref ReplyReader reply, out View view)
    {
        view = default;
        view.Time = reply.Number();
        view.Used = reply.Number();
        view.NextChange = reply.Number();
        view.EndsAt = reply.Number();
        view.RetryAt = reply.Number();
    }

    /// <summary>The log itself, in the form that SlidingLog.lua keeps.</summary>
    public override void ReadCell(ref ReplyReader reply, out Cell cell)
    {
        Read(ref reply, out View view);
        ReadOnlySpan<byte> log = reply.Bytes((int)reply.Int());
        SlidingLogState state = default;
        if (log.Length > 0)
        {
            state.LastSeen = ReplyReader.Integer(log, 0, 7);
            state.EmptyAt = ReplyReader.Integer(log, 7, 7);
            long total = ReplyReader.Integer(log, 18, 7);
            for (int at = HeaderBytes + ((int)ReplyReader.Integer(log, 14, 4) * EntryBytes); at < log.Length; at += EntryBytes)
            {
                long next = ReplyReader.Integer(log, at + 7, 7);
                long cost = (next - total) & (Modulus - 1);
                total = next;
                state.Ring = LogRing.Reserve(state.Ring);
                state.Ring->Append(ReplyReader.Integer(log, at, 7), cost);
                state.Sum += cost;
            }
        }

        cell = Unsafe.As<SlidingLogState, Cell>(ref state);
    }

    public override void Judge(in View view, long now, long cost, out Verdict verdict)
    {
        verdict = default;
        long room = _permits - view.Used;
        long untilEmpty = view.Used == 0 ? 0 : view.EndsAt - now;
        verdict.Allowed = cost <= room || cost == 0;
        verdict.Remaining = Math.Max(0, verdict.Allowed ? room - cost : room);
        verdict.ResetAfter = verdict.Allowed && cost > 0 ? view.Time + _window - now : untilEmpty;
        if (!verdict.Allowed) verdict.RetryAfter = cost > _permits ? Verdict.Never : view.RetryAt - now;
    }

    public override void Charge(ref View view, long now, long cost)
    {
        view.Used += cost;
        view.EndsAt = view.Time + _window;
        if (view.NextChange == 0) view.NextChange = view.EndsAt;
    }
}
