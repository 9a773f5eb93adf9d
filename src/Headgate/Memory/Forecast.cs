using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>Plays a queue of charges forward on copies of the states, each admitted as soon as it can be.</summary>
internal static class Forecast
{
    public static TimeSpan Run(ChargeList list, ReadOnlySpan<long> costs)
    {
        Span<Cell> cells = stackalloc Cell[list.Count];
        cells.Clear();
        try
        {
            long start = list.Copy(cells);
            long now = start;
            long delay = 0;
            foreach (long cost in costs)
            {
                long wait = Wait(list, cells, now, cost);
                if (wait == Verdict.Never) return Timeout.InfiniteTimeSpan;
                now += wait;
                delay = Charge(list, cells, now, cost);
            }

            return Decisions.Span(now - start + delay);
        }
        finally
        {
            for (int i = 0; i < list.Count; i++) list.BindingAt(i).Discard(ref cells[i]);
        }
    }

    /// <summary>The longest wait of any limit: then all of them admit.</summary>
    private static long Wait(ChargeList list, Span<Cell> cells, long now, long cost)
    {
        long wait = 0;
        for (int i = 0; i < list.Count; i++)
        {
            LimitBinding binding = list.BindingAt(i);
            if (binding.IsShadow) continue;
            binding.Decide(cells[i], now, cost, out _, out Verdict verdict);
            if (!verdict.Allowed && (!binding.HoldsPermits || verdict.RetryAfter == Verdict.Never)) wait = Math.Max(wait, verdict.RetryAfter);
        }

        return wait;
    }

    private static long Charge(ChargeList list, Span<Cell> cells, long now, long cost)
    {
        long delay = 0;
        for (int i = 0; i < list.Count; i++)
        {
            LimitBinding binding = list.BindingAt(i);
            binding.Decide(cells[i], now, cost, out Cell next, out Verdict verdict);
            if (!verdict.Allowed || cost == 0 || binding.HoldsPermits) continue;
            binding.Commit(ref cells[i], next, cost, default);
            delay = Math.Max(delay, verdict.Delay);
        }

        return delay;
    }
}
