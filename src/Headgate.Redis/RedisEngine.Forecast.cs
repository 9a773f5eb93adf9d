using Headgate.Algorithms;
using Headgate.Memory;
using Headgate.Redis.Calls;
using Headgate.Redis.Limits;
using Headgate.Redis.Protocol;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>Plays a queue of callers forward on what Redis knows now, each admitted as soon as he can be.</summary>
internal sealed partial class RedisEngine
{
    public async ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct)
    {
        ChargeItem[] items = ChargeItem.Expand(charges.Span, _plans);
        Cell[] cells = new Cell[items.Length];
        long now = 0;
        try
        {
            foreach (int[] group in Groups(items))
            {
                ChargeItem[] asked = [.. group.Select(place => items[place])];
                Request request = new(_keys, _options.ScriptTime);
                request.Add(CallMode.Look, asked, 1, LeaseId.None);
                (RedisKey[] keys, RedisValue[] values) = request.Finish();
                byte[] reply = await GuardAsync(() => RunScriptAsync(keys, values), SlotOf(asked[0]), ct).ConfigureAwait(false);
                now = ReadCells(items, group, reply, cells);
            }

            return Play(items, cells, now, costs.Span);
        }
        finally
        {
            for (int i = 0; i < items.Length; i++) items[i].Binding.Local.Discard(ref cells[i]);
        }
    }

    private static long ReadCells(ChargeItem[] items, int[] group, byte[] reply, Cell[] cells)
    {
        ReplyReader reader = new(reply.AsSpan(sizeof(double)));
        reader.Short();
        foreach (int place in group) items[place].Binding.ReadCell(ref reader, out cells[place]);
        return (long)BitConverter.ToDouble(reply);
    }

    private static TimeSpan Play(ChargeItem[] items, Cell[] cells, long start, ReadOnlySpan<long> costs)
    {
        long now = start, delay = 0;
        foreach (long cost in costs)
        {
            long wait = 0;
            for (int i = 0; i < items.Length; i++)
            {
                LimitBinding limit = items[i].Binding.Local;
                if (limit.IsShadow) continue;
                limit.Decide(cells[i], now, cost, out _, out Verdict verdict);
                // When a lease is given back nobody knows.
                if (!verdict.Allowed && (!limit.HoldsPermits || verdict.RetryAfter == Verdict.Never)) wait = Math.Max(wait, verdict.RetryAfter);
            }

            if (wait == Verdict.Never) return Timeout.InfiniteTimeSpan;
            now += wait;
            delay = 0;
            for (int i = 0; i < items.Length; i++)
            {
                LimitBinding limit = items[i].Binding.Local;
                limit.Decide(cells[i], now, cost, out Cell next, out Verdict verdict);
                if (!verdict.Allowed || cost == 0 || limit.HoldsPermits) continue;
                limit.Commit(ref cells[i], next, cost, default);
                delay = Math.Max(delay, verdict.Delay);
            }
        }

        return Decisions.Span(now - start + delay);
    }
}
