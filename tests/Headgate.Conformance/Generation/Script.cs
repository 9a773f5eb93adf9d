using Headgate.Conformance.Model;
using Headgate.Conformance.Traces;

namespace Headgate.Conformance.Generation;

/// <summary>A trace before its times and costs are known: lists of charges to choose from, and moves.</summary>
/// <param name="Menus">
/// The lists that moves choose from. A charge of cost 0 takes the move's cost; the first charge's limit sets the scale of time.
/// </param>
/// <param name="Moves">The moves.</param>
/// <param name="MayGoBack">False if a move to an earlier time stays where it is.</param>
public sealed record Script(IReadOnlyList<IReadOnlyList<Charge>> Menus, IReadOnlyList<Move> Moves, bool MayGoBack)
{
    private const int Leases = 4;

    /// <summary>The trace that the moves come to. Calls whose answer the laws leave open are left out.</summary>
    public Trace ToTrace(string name = "generated", string about = "", long start = FakeClock.DefaultStartMicros)
    {
        TraceRecorder recorder = new();
        long now = start;
        ModelDecision? denial = null;
        ModelDecision? last = null;
        long lastAt = now;
        long denialAt = now;
        long latest = LatestTime();
        foreach (Move move in Moves)
        {
            IReadOnlyList<Charge> menu = Menus[move.Menu % Menus.Count];
            Scale scale = Scale.Of(menu[0].Limit);
            long to = move.Time switch
            {
                TimeMove.Stay => now,
                TimeMove.Micros => now + move.By,
                TimeMove.Permits => now + (long)((Int128)scale.Permit * move.By / 16),
                TimeMove.Recoveries => now + (long)((Int128)scale.Recovery * move.By / 16),
                TimeMove.ToRetry => denial is { RetryAfter: > 0 } ? denialAt + denial.RetryAfter + move.By : now,
                TimeMove.ToReset => last is not null ? lastAt + last.ResetAfter + move.By : now,
                TimeMove.ToWindowEnd => (((now / scale.Window) + 1) * scale.Window) + move.By,
                TimeMove.Back => now - (long)((Int128)scale.Recovery * move.By / 16),
                _ => now + (scale.Recovery * (move.By % 2 == 0 ? 1000 : -1000)),
            };
            now = Math.Clamp(to, MayGoBack ? 0 : now, latest);
            TraceStep? step = Step(recorder, move, menu, now);
            if (step is null || !recorder.TryAdd(step)) continue;
            last = recorder.Steps[^1].Decision ?? last;
            lastAt = now;
            if (last is { Allowed: false }) (denial, denialAt) = (last, now);
        }

        return new Trace(name, about, recorder.Steps);
    }

    /// <summary>So late that whatever a limit keeps is still below 2^53, as a store whose numbers are doubles needs it; in the year 2055 or later.</summary>
    private long LatestTime()
    {
        IEnumerable<Limit> limits = Menus.SelectMany(menu => menu).SelectMany(charge => charge.Limit is CompositeLimit all ? all.Limits : [charge.Limit]);
        return (1L << 53) - 1 - limits.Where(limit => limit is not CompositeLimit).Max(limit => Scale.Of(limit).Recovery);
    }

    private static TraceStep? Step(TraceRecorder recorder, Move move, IReadOnlyList<Charge> menu, long now)
    {
        int entered = recorder.Steps.Count(s => s.Op == TraceOp.Enter);
        // Mostly one of the last, which may still be held.
        int lease = Math.Max(1, entered - (move.Pick % Leases));
        switch (move.Op)
        {
            case MoveOp.Refund:
                // Each charge is given back at most once: what a caller gives back twice is the caller's invention.
                int of = move.Pick % Math.Max(1, recorder.Steps.Count);
                TraceStep? charged = recorder.Steps.ElementAtOrDefault(of);
                if (charged is not { Op: TraceOp.Acquire, Decision: { Allowed: true, ShadowDeniedBy: null } }) return null;
                bool given = recorder.Steps.Any(s => s.Op == TraceOp.Refund && s.Of == of);
                return given ? null : new TraceStep(now, TraceOp.Refund, charged.Charges) { Of = of };
            case MoveOp.Reset:
                return new TraceStep(now, TraceOp.Reset, menu);
            case MoveOp.Renew or MoveOp.Release:
                return new TraceStep(now, move.Op == MoveOp.Renew ? TraceOp.Renew : TraceOp.Release, menu) { Lease = lease };
            case MoveOp.Enter:
                return new TraceStep(now, TraceOp.Enter, Priced(recorder, move, menu, now)) { Lease = entered + 1 };
            default:
                return new TraceStep(now, move.Op == MoveOp.Peek ? TraceOp.Peek : TraceOp.Acquire, Priced(recorder, move, menu, now));
        }
    }

    private static List<Charge> Priced(TraceRecorder recorder, Move move, IReadOnlyList<Charge> menu, long now)
    {
        long cost = Math.Max(0, move.Cost switch
        {
            CostMove.Fixed => move.Amount,
            CostMove.Remaining => recorder.Peek(now, menu).Remaining + move.Amount,
            CostMove.All => Scale.Of(menu[0].Limit).All + move.Amount,
            CostMove.Share => Math.Max(1, (long)((Int128)Scale.Of(menu[0].Limit).All * move.Amount / 16)),
            _ => long.MaxValue,
        });
        return [.. menu.Select(charge => charge.Cost == 0 ? charge with { Cost = cost } : charge)];
    }
}
