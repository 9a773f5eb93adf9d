using System.Diagnostics;

namespace Headgate.Tests.Parallelism;

/// <summary>Each says what it saw that no serial order explains, or null.</summary>
internal static class Scenarios
{
    private const int Threads = 4;

    /// <summary>200 callers ask for 1 of 100.</summary>
    public static async Task<string?> TwoHundredForOneHundred(Func<ICounter> make)
    {
        using ICounter counter = make();
        int admitted = 0;
        await Watchdog.OnThreads(Threads, _ =>
        {
            for (int i = 0; i < 200 / Threads; i++)
            {
                if (counter.TryTake(["k"], 1)) Interlocked.Increment(ref admitted);
            }
        });
        return admitted == 100 && counter.Left("k") == 0 ? null : $"{admitted} admitted, {counter.Left("k")} left";
    }

    /// <summary>Charges of one to three keys in any order: what is gone from each key is what was admitted on it, and what was denied could not be had.</summary>
    public static async Task<string?> MixedLists(Func<ICounter> make, long permits)
    {
        string[] keys = ["a", "b", "c", "d"];
        using ICounter counter = make();
        long[] taken = new long[keys.Length];
        await Watchdog.OnThreads(Threads, thread =>
        {
            Random random = new(thread);
            for (int i = 0; i < 300; i++)
            {
                int[] picks = [.. Enumerable.Range(0, keys.Length).OrderBy(_ => random.Next()).Take(1 + random.Next(3))];
                long cost = 1 + random.Next(3);
                if (!counter.TryTake([.. picks.Select(p => keys[p])], cost)) continue;
                foreach (int pick in picks) Interlocked.Add(ref taken[pick], cost);
            }
        });
        for (int k = 0; k < keys.Length; k++)
        {
            if (taken[k] > permits) return $"{taken[k]} of {permits} taken from {keys[k]}";
            if (counter.Left(keys[k]) != permits - taken[k]) return $"{keys[k]} has {counter.Left(keys[k])} left after {taken[k]} of {permits} were taken";
        }

        return null;
    }

    /// <summary>A few callers, a few calls each: some serial order that keeps each caller's own must explain every answer and what is left.</summary>
    public static async Task<string?> SmallHistory(Func<ICounter> make, long permits, int seed)
    {
        string[] keys = ["a", "b"];
        using ICounter counter = make();
        List<Call>[] history = [.. Enumerable.Range(0, 3).Select(_ => new List<Call>())];
        await Watchdog.OnThreads(3, thread =>
        {
            Random random = new((seed * 3) + thread);
            for (int i = 0; i < 4; i++)
            {
                int[] picks = random.Next(3) switch { 0 => [0], 1 => [1], _ => random.Next(2) == 0 ? [0, 1] : [1, 0] };
                long cost = 1 + random.Next(3);
                long began = Stopwatch.GetTimestamp();
                bool allowed = counter.TryTake([.. picks.Select(p => keys[p])], cost);
                history[thread].Add(new Call(picks, cost, allowed, began, Stopwatch.GetTimestamp()));
            }
        });
        long[] left = [counter.Left("a"), counter.Left("b")];
        return Explains(history, new int[3], [permits, permits], left)
            ? null
            : $"no order explains {string.Join(" | ", history.Select(h => string.Join(", ", h)))} and {left[0]}, {left[1]} left";
    }

    /// <summary>Runs the scenario until it finds something. A broken thing that is never found out proves the scenario blind.</summary>
    public static async Task MustFire(Func<int, Task<string?>> scenario, int attempts = 2000)
    {
        for (int i = 0; i < attempts; i++)
        {
            if (await scenario(i) is not null) return;
        }

        Assert.Fail($"Inconclusive: the planted bug was not seen in {attempts} runs.");
    }

    /// <summary>Searches the orders of calls that keep real time: a call that ended before another began comes first.</summary>
    private static bool Explains(List<Call>[] history, int[] at, long[] left, long[] end)
    {
        bool done = true;
        for (int t = 0; t < history.Length; t++)
        {
            if (at[t] == history[t].Count) continue;
            done = false;
            Call call = history[t][at[t]];
            if (Enumerable.Range(0, history.Length).Any(o => at[o] < history[o].Count && history[o][at[o]].Ended < call.Began)) continue;
            if (call.Keys.All(k => left[k] >= call.Cost) != call.Allowed) continue;
            long[] next = [.. left];
            if (call.Allowed) foreach (int k in call.Keys) next[k] -= call.Cost;
            at[t]++;
            bool explains = Explains(history, at, next, end);
            at[t]--;
            if (explains) return true;
        }

        return done && left.AsSpan().SequenceEqual(end);
    }

    private sealed record Call(int[] Keys, long Cost, bool Allowed, long Began, long Ended)
    {
        public override string ToString() => $"{Cost} of {string.Join('+', Keys)}: {(Allowed ? "yes" : "no")}";
    }
}
