using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Limits;

namespace Headgate.Redis.Calls;

/// <summary>
/// From what the script saw and whom it admitted to the decision that each caller gets: the same as if the callers of one call had come one
/// after another. Figures that every caller needs are computed here, on the caller's own time, rather than in Redis, which all share.
/// </summary>
internal static class Judgement
{
    /// <summary>The decision for one caller on one enforced limit.</summary>
    /// <param name="binding">The limit.</param>
    /// <param name="view">What the script saw; afterwards, what this caller met.</param>
    /// <param name="now">The script's time.</param>
    /// <param name="cost">The caller's cost, that of all in the row.</param>
    /// <param name="place">How many of the row came before.</param>
    /// <param name="admitted">How many of the row were admitted.</param>
    public static Decision Single(RedisBinding binding, ref View view, long now, long cost, int place, int admitted)
    {
        int before = Math.Min(place, admitted);
        if (before > 0 && cost > 0) binding.Charge(ref view, now, before * cost);
        binding.Judge(view, now, cost, out Verdict verdict);
        if (verdict.Allowed != place < admitted) throw Disagreement(binding, now);
        return Decisions.From(verdict, binding.Local, now);
    }

    /// <summary>The decision for one caller on a list.</summary>
    /// <param name="items">The list.</param>
    /// <param name="views">What the script saw; afterwards, what this caller met.</param>
    /// <param name="nows">The script's time for each; they differ where a list spans servers.</param>
    /// <param name="place">How many of the row came before.</param>
    /// <param name="admitted">How many of the row were admitted.</param>
    /// <param name="charges">False for a peek.</param>
    public static Decision List(ReadOnlySpan<ChargeItem> items, Span<View> views, ReadOnlySpan<long> nows, int place, int admitted, bool charges)
    {
        Span<Verdict> verdicts = stackalloc Verdict[items.Length];
        bool allowed = true, enforces = false;
        string? shadowDeniedBy = null;
        for (int i = 0; i < items.Length; i++)
        {
            (RedisBinding binding, _, long cost) = items[i];
            long before = Math.Min(place, admitted);
            if (before > 0 && cost > 0)
            {
                if (binding.IsShadow) before = Math.Min(before, Room(binding, views[i], nows[i]) / cost);
                if (before > 0) binding.Charge(ref views[i], nows[i], before * cost);
            }

            binding.Judge(views[i], nows[i], cost, out verdicts[i]);
            enforces |= !binding.IsShadow;
            if (binding.IsShadow && !verdicts[i].Allowed) shadowDeniedBy ??= binding.Local.Label;
            else allowed &= binding.IsShadow || verdicts[i].Allowed;
        }

        if (allowed != place < admitted) throw Disagreement(items[0].Binding, nows[0]);
        return Compose(items, views, nows, verdicts, allowed, charged: allowed && charges, enforces, shadowDeniedBy);
    }

    /// <summary>
    /// One decision of many verdicts (law 10). Of several that deny the one with the longest wait decides, of several that admit the
    /// one with the least remaining. Shadow limits lend their figures only where nothing is enforced.
    /// </summary>
    private static Decision Compose(ReadOnlySpan<ChargeItem> items, ReadOnlySpan<View> views, ReadOnlySpan<long> nows, ReadOnlySpan<Verdict> verdicts,
        bool allowed, bool charged, bool enforces, string? shadowDeniedBy)
    {
        Verdict whole = new() { Allowed = allowed, Remaining = long.MaxValue };
        RedisBinding decider = items[0].Binding;
        long least = long.MaxValue, longest = -1;
        for (int i = 0; i < items.Length; i++)
        {
            RedisBinding binding = items[i].Binding;
            if (binding.IsShadow && enforces) continue;
            Verdict verdict = verdicts[i];
            Verdict figures = verdict;
            if (!charged || !verdict.Allowed || items[i].Cost == 0) binding.Judge(views[i], nows[i], 0, out figures);
            if (allowed ? figures.Remaining < least : !verdict.Allowed && verdict.RetryAfter > longest)
            {
                decider = binding;
                least = figures.Remaining;
                longest = verdict.RetryAfter;
            }

            whole.Remaining = Math.Min(whole.Remaining, figures.Remaining);
            whole.ResetAfter = Math.Max(whole.ResetAfter, figures.ResetAfter);
            if (allowed) whole.Delay = Math.Max(whole.Delay, verdict.Delay);
            else if (!verdict.Allowed) whole.RetryAfter = Math.Max(whole.RetryAfter, verdict.RetryAfter);
        }

        return Decisions.From(whole, decider.Local, nows[0], shadowDeniedBy);
    }

    private static long Room(RedisBinding binding, in View view, long now)
    {
        binding.Judge(view, now, 0, out Verdict verdict);
        return verdict.Remaining;
    }

    private static InvalidOperationException Disagreement(RedisBinding binding, long now) => new(
        $"The script and the library decide differently on {binding.Local.Label} at {now}. Something else writes keys with this prefix: give this application its own KeyPrefix.");
}
