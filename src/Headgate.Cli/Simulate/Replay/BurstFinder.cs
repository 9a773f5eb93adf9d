namespace Headgate.Cli.Simulate.Replay;

/// <summary>The most requests of one key in a span, and when the span ended.</summary>
internal readonly record struct Burst(int Key, long Requests, long EndMicros);

/// <summary>
/// For each key the most requests in any span of a given length, exactly: one reader runs ahead and one behind by the span, so
/// the
/// log itself is the queue and nothing but a number a key is kept.
/// </summary>
internal static class BurstFinder
{
    /// <param name="log">The events.</param>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="spanMicros">The span (t - span, t].</param>
    /// <param name="top">How many keys to give, the worst first.</param>
    /// <param name="ct">Stops the search.</param>
    public static IReadOnlyList<Burst> Find(EventLog log, int keys, long spanMicros, int top, CancellationToken ct)
    {
        int[] now = new int[keys];
        int[] most = new int[keys];
        long[] when = new long[keys];
        EventCursor ahead = new(log), behind = new(log);
        bool any = behind.TryRead(out long oldTime, out int oldKey, out _);
        for (long n = 1; ahead.TryRead(out long time, out int key, out _); n++)
        {
            if ((n & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
            while (any && oldTime <= time - spanMicros)
            {
                now[oldKey]--;
                any = behind.TryRead(out oldTime, out oldKey, out _);
            }

            if (++now[key] <= most[key]) continue;
            most[key] = now[key];
            when[key] = time;
        }

        int[] order = TopKeys.Largest(keys, top, k => most[k]);
        return [.. order.Select(k => new Burst(k, most[k], when[k]))];
    }
}

/// <summary>Picks the few largest of many without sorting all.</summary>
internal static class TopKeys
{
    /// <summary>Largest first; among equals the one that appeared first. Zeros are left out.</summary>
    public static int[] Largest(int count, int top, Func<int, long> value)
    {
        PriorityQueue<int, (long Value, int Reverse)> best = new();
        for (int i = 0; i < count; i++)
        {
            long v = value(i);
            if (v == 0) continue;
            if (best.Count < top) best.Enqueue(i, (v, -i));
            else if (top > 0) best.EnqueueDequeue(i, (v, -i));
        }

        int[] order = new int[best.Count];
        for (int i = order.Length - 1; i >= 0; i--) order[i] = best.Dequeue();
        return order;
    }
}
