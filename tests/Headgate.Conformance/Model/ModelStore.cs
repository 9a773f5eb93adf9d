using System.Numerics;

namespace Headgate.Conformance.Model;

/// <summary>A store in the model: the states of all keys, and decisions over lists (law 10).</summary>
public sealed class ModelStore
{
    private readonly Dictionary<ModelKey, LimitModel> _states = [];

    /// <summary>States that decided like never seen at some time since their last write: a store may have dropped them (law 4).</summary>
    private readonly HashSet<ModelKey> _droppable = [];

    /// <summary>
    /// True if the answer depends on whether the store dropped a state that it was free to drop: the clock has been past the state's end
    /// and is before it again. No law says which, so no trace asks.
    /// </summary>
    public bool IsOpen(long now, IReadOnlyList<Charge> charges) => ModelCharge.Expand(charges)
        .Any(charge => _droppable.Contains(charge.State) && StateOf(charge) is { } state && !state.IsIdle(now));

    public ModelDecision Acquire(long now, IReadOnlyList<Charge> charges, UInt128 lease = default) =>
        Decide(now, charges, lease, commit: true);

    public ModelDecision Peek(long now, IReadOnlyList<Charge> charges) => Decide(now, charges, 0, commit: false);

    public void Reset(long now, IReadOnlyList<Charge> charges)
    {
        foreach (ModelCharge charge in ModelCharge.Expand(charges)) _states.Remove(charge.State);
        NoteIdle(now);
    }

    public void Refund(long now, IReadOnlyList<Charge> charges, long decidedAt)
    {
        foreach (ModelCharge charge in ModelCharge.Expand(charges))
        {
            if (charge.Cost.IsZero || !_states.ContainsKey(charge.State)) continue;
            StateOf(charge).Refund(now, decidedAt, charge.Cost);
            _droppable.Remove(charge.State);
        }

        NoteIdle(now);
    }

    /// <summary>True if all enforced concurrency limits of the list still held the lease; a shadow one never ends it.</summary>
    public bool Renew(long now, IReadOnlyList<Charge> charges, UInt128 lease)
    {
        List<(bool Shadow, bool Held)> held = EachLease(now, charges, model => model.Renew(now, lease));
        return held.Count > 0 && held.TrueForAll(h => h.Held || h.Shadow);
    }

    /// <summary>True if any enforced one did; if none is enforced, any at all.</summary>
    public bool Release(long now, IReadOnlyList<Charge> charges, UInt128 lease)
    {
        List<(bool Shadow, bool Held)> held = EachLease(now, charges, model => model.Release(now, lease));
        bool enforces = held.Exists(h => !h.Shadow);
        return held.Exists(h => h.Held && !(enforces && h.Shadow));
    }

    private List<(bool Shadow, bool Held)> EachLease(long now, IReadOnlyList<Charge> charges, Func<ConcurrencyModel, bool> act)
    {
        List<(bool, bool)> held = [];
        foreach (ModelCharge charge in ModelCharge.Expand(charges))
        {
            if (charge.Limit is not ConcurrencyLimit) continue;
            held.Add((charge.Shadow, act((ConcurrencyModel)StateOf(charge))));
            _droppable.Remove(charge.State);
        }

        NoteIdle(now);
        return held;
    }

    private ModelDecision Decide(long now, IReadOnlyList<Charge> charges, UInt128 lease, bool commit)
    {
        List<Judged> judged =
        [
            .. ModelCharge.Expand(charges).Select(charge => new Judged(charge, StateOf(charge), StateOf(charge).Decide(now, charge.Cost))),
        ];
        List<Judged> enforced = [.. judged.Where(j => !j.Charge.Shadow)];
        Judged? shadowDenier = judged.FirstOrDefault(j => j.Charge.Shadow && !j.Verdict.Allowed);
        bool allowed = enforced.TrueForAll(j => j.Verdict.Allowed);
        // Where nothing is enforced, shadows lend their figures.
        List<Judged> shown = enforced.Count > 0 ? enforced : judged;
        List<Judged> figures = [.. shown.Select(j => commit && allowed && j.Verdict.Allowed ? j : Uncharged(j, now))];
        ModelDecision decision = allowed ? Allowed(figures) : Denied(enforced, figures);
        if (commit)
        {
            foreach (Judged j in judged)
            {
                if (!j.Verdict.Allowed) j.State.Settle(now);
                else if (allowed && j.Charge.Cost.Sign > 0) Charge(j, now, lease);
            }
        }

        NoteIdle(now);
        return decision with { ShadowDeniedBy = shadowDenier?.Charge.Label };
    }

    private void Charge(Judged judged, long now, UInt128 lease)
    {
        judged.State.Charge(now, judged.Charge.Cost, lease);
        _droppable.Remove(judged.Charge.State);
    }

    /// <summary>All admit: the one with the least remaining decides.</summary>
    private static ModelDecision Allowed(List<Judged> figures)
    {
        Judged least = figures.MinBy(j => j.Verdict.Remaining)!;
        return new ModelDecision
        {
            Allowed = true,
            Limit = (long)least.State.Permits,
            Remaining = (long)least.Verdict.Remaining,
            ResetAfter = figures.Max(j => j.Verdict.ResetAfter),
            Delay = figures.Max(j => j.Verdict.Delay),
            DecidedBy = least.Charge.Label,
        };
    }

    /// <summary>None is charged: the one that denies for longest decides.</summary>
    private static ModelDecision Denied(List<Judged> enforced, List<Judged> figures)
    {
        Judged longest = enforced.Where(j => !j.Verdict.Allowed).MaxBy(j => (ulong)j.Verdict.RetryAfter)!;
        return new ModelDecision
        {
            Allowed = false,
            Limit = (long)longest.State.Permits,
            Remaining = (long)figures.Min(j => j.Verdict.Remaining),
            RetryAfter = longest.Verdict.RetryAfter,
            ResetAfter = figures.Max(j => j.Verdict.ResetAfter),
            DecidedBy = longest.Charge.Label,
        };
    }

    /// <summary>What remains as it is (law 7), with the delay that was promised.</summary>
    private static Judged Uncharged(Judged judged, long now)
    {
        ModelVerdict asIs = judged.State.Decide(now, BigInteger.Zero);
        return judged with { Verdict = asIs with { Delay = judged.Verdict.Delay } };
    }

    private LimitModel StateOf(ModelCharge charge)
    {
        if (!_states.TryGetValue(charge.State, out LimitModel? state)) _states[charge.State] = state = LimitModel.Create(charge.Limit);
        state.Change(charge.Limit);
        return state;
    }

    private void NoteIdle(long now)
    {
        foreach ((ModelKey key, LimitModel state) in _states)
        {
            if (state.IsIdle(now)) _droppable.Add(key);
        }
    }

    private sealed record Judged(ModelCharge Charge, LimitModel State, ModelVerdict Verdict);
}
