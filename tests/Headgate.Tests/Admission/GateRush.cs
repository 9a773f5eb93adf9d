namespace Headgate.Tests.Admission;

/// <summary>Scenarios that meet in as narrow a space as can be had: no barrier between turns, nothing else to do.</summary>
internal static class GateRush
{
    /// <summary>Each thread enters and leaves again and again. It is stuck when nobody is on the way, and somebody waits.</summary>
    public static async Task<string?> Rush(ISimpleGate made, int places, int threads, int turns)
    {
        using ISimpleGate gate = made;
        int inside = 0;
        string? seen = null;
        Func<Action?>?[] waiting = new Func<Action?>?[threads];
        Func<Action?> finished = () => null;
        await Watchdog.OnThreads(threads, thread =>
        {
            for (int i = 0; i < turns && Volatile.Read(ref seen) is null; i++)
            {
                Func<Action?> asked = gate.Enter("flow");
                if (asked() is not { } leave)
                {
                    Volatile.Write(ref waiting[thread], asked);
                    while ((leave = asked()) is null)
                    {
                        if (IsStuck()) Volatile.Write(ref seen, "somebody waits, and nobody is inside");
                        if (Volatile.Read(ref seen) is not null) return;
                        Thread.Yield();
                    }

                    Volatile.Write(ref waiting[thread], null);
                }

                int now = Interlocked.Increment(ref inside);
                if (now > places) Volatile.Write(ref seen, $"{now} inside at once, of at most {places}");
                Interlocked.Decrement(ref inside);
                leave();
            }

            Volatile.Write(ref waiting[thread], finished);
        });
        return seen;

        // Twice: what was seen of the first must still be so when the last has been seen.
        bool IsStuck() => Enumerable.Range(0, 2 * threads).All(t => Volatile.Read(ref waiting[t % threads]) is { } asked && asked() is null);
    }

    /// <summary>Two threads give back the same place in the same moment, again and again. There is one place, before and after.</summary>
    public static async Task<string?> Twins(ISimpleGate made, int turns)
    {
        using ISimpleGate gate = made;
        string? seen = null;
        Action? pass = null;
        int arrived = 0;
        await Watchdog.OnThreads(2, thread =>
        {
            for (int i = 0; i < turns; i++)
            {
                if (thread == 0) pass = gate.Enter("flow")();
                Meet((3 * i) + 1);
                pass?.Invoke();
                Meet((3 * i) + 2);
                if (thread == 0 && seen is null)
                {
                    Action? only = gate.Enter("flow")();
                    Func<Action?> second = gate.Enter("flow");
                    if (only is null) seen = "the place is gone";
                    else if (second() is not null) seen = "one place has become two";
                    only?.Invoke();
                    second()?.Invoke();
                }

                Meet((3 * i) + 3);
            }
        });
        return seen;

        // Spins: a barrier would wake one well after the other.
        void Meet(int time)
        {
            Interlocked.Increment(ref arrived);
            for (int spins = 0; Volatile.Read(ref arrived) < 2 * time; spins++)
            {
                if (spins % 1000 == 999) Thread.Yield();
            }
        }
    }
}
