using Headgate.Conformance;

namespace Headgate.Tests.Admission;

/// <summary>Each says what it saw that must not be, or null. Nobody waits for time to pass: what should have happened has happened when all have left.</summary>
internal static class GateScenarios
{
    private const int Threads = 4, Phases = 60, Turns = 150;

    /// <summary>
    /// Threads enter and leave at the same time, phase by phase; between phases all stand still, and it is counted who is inside and who waits.
    /// </summary>
    /// <param name="made">The gate, disposed at the end.</param>
    /// <param name="places">How many may be inside.</param>
    /// <param name="seed">Who enters and leaves when.</param>
    /// <param name="allGiveBack">Every thread gives back every place that is given back.</param>
    public static async Task<string?> Crowd(ISimpleGate made, int places, int seed, bool allGiveBack = false)
    {
        using ISimpleGate gate = made;
        Random between = new(seed);
        List<Func<Action?>>[] asked = [.. Enumerable.Range(0, Threads).Select(_ => new List<Func<Action?>>())];
        List<Func<Action?>> waiting = [];
        List<Action> inside = [], leaving = [];
        string? seen = null;
        using Barrier phase = new(Threads, _ => Look(Half));
        await Watchdog.OnThreads(Threads, thread =>
        {
            Random random = new((seed * Threads) + thread);
            for (int i = 0; i < Phases; i++)
            {
                for (int l = 0; l < leaving.Count; l++)
                {
                    if (allGiveBack || l % Threads == thread) leaving[l]();
                }

                for (int e = random.Next(3); e > 0; e--) asked[thread].Add(gate.Enter($"{random.Next(3)}"));
                phase.SignalAndWait();
            }
        });

        // In the end all leave, and with them whoever that lets in.
        do
        {
            foreach (Action leave in leaving) leave();
            Look(All);
        }
        while (leaving.Count > 0);

        return seen ?? (waiting.Count == 0 && gate.Queued == 0 ? null : $"{waiting.Count} wait when all have left");

        void Look(Func<bool> leaves)
        {
            foreach (List<Func<Action?>> one in asked)
            {
                waiting.AddRange(one);
                one.Clear();
            }

            waiting.RemoveAll(ask =>
            {
                if (ask() is not { } leave) return false;
                inside.Add(leave);
                return true;
            });
            if (inside.Count > places) seen ??= $"{inside.Count} inside at once, of at most {places}";
            if (waiting.Count > 0 && inside.Count < places) seen ??= $"{waiting.Count} wait beside a free place";
            leaving.Clear();
            inside.RemoveAll(leave =>
            {
                if (!leaves()) return false;
                leaving.Add(leave);
                return true;
            });
        }

        bool Half() => between.Next(2) == 0;

        bool All() => true;
    }

    /// <summary>Everything at once: callers that go away, a clock that runs, bounds that change. Afterwards the gate is as new.</summary>
    public static async Task<string?> Turmoil(int seed)
    {
        FakeClock clock = new();
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 2, MaxQueuePerFlow = 4, MaxQueued = 8, QueueTimeout = TimeSpan.FromMilliseconds(3) }, clock);
        int inside = 0, most = 0;
        int[] outcomes = new int[5];
        Task[] all = [.. Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            Random random = new((seed * Threads) + thread);
            for (int i = 0; i < Turns; i++)
            {
                using CancellationTokenSource gone = new();
                Task<FairPass> asked = gate.Ask($"{random.Next(3)}", 1 + random.Next(8), 1 + random.Next(3), random.Next(2) == 0 ? gone.Token : default);
                if (random.Next(3) == 0) await gone.CancelAsync();
                if (random.Next(8) == 0) gate.Configure(gate.Options with { MaxConcurrent = 1 + random.Next(3) });
                // Whoever waits without a token waits for the clock, at the latest.
                while (!asked.IsCompleted)
                {
                    clock.AdvanceMicros(random.Next(500));
                    await Task.Yield();
                }

                try
                {
                    using FairPass pass = await asked;
                    Interlocked.Increment(ref outcomes[(int)pass.Outcome]);
                    if (!pass.IsEntered) continue;
                    InterlockedMax(ref most, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref outcomes[4]);
                }
            }
        }))];
        await Task.WhenAll(all).InTime();
        gate.Configure(gate.Options with { MaxConcurrent = 3 });
        if (most > 3) return $"{most} inside at once, of at most 3";
        if (outcomes.Sum() != Threads * Turns || outcomes[0] == 0) return $"outcomes {string.Join(", ", outcomes)}";
        if (gate.Active != 0 || gate.Queued != 0 || gate.Flows().Count != 0) return $"{gate.Active} inside and {gate.Queued} waiting when all had left";
        for (int i = 0; i < 3; i++)
        {
            if (!gate.TryEnter(new FairFlow("after"), out _)) return $"place {i} of 3 is gone";
        }

        return gate.TryEnter(new FairFlow("after"), out _) ? "a place too many" : null;
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, now, seen);
    }
}
