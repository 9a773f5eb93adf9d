namespace Headgate.Tests.Parallelism;

/// <summary>As much of a store as the scenarios need: takes from some keys, all or none, at most so much from each.</summary>
internal interface ICounter : IDisposable
{
    /// <summary>True, and every key charged, if every key has so much left.</summary>
    bool TryTake(IReadOnlyList<string> keys, long cost);

    /// <summary>What is left of a key.</summary>
    long Left(string key);
}

/// <summary>The memory store, on a clock that stands still.</summary>
internal sealed class RealCounter(long permits) : ICounter
{
    private readonly MemoryStore _store = new(new Headgate.Conformance.FakeClock());
    private readonly Limit _limit = Limit.TokenBucket(permits, Rate.PerDay(1));

    public bool TryTake(IReadOnlyList<string> keys, long cost) => Now(_store.AcquireAsync((Charge[])[.. keys.Select(key => new Charge(key, _limit, cost))])).IsAllowed;

    public long Left(string key) => Now(_store.PeekAsync(new[] { new Charge(key, _limit, 0) })).Remaining;

    public void Dispose() => _store.Dispose();

    private static Decision Now(ValueTask<Decision> decision) =>
        decision.IsCompletedSuccessfully ? decision.Result : throw new InvalidOperationException("A store in memory answers at once.");
}

/// <summary>Wrong on purpose, in one of the ways a store can be: the scenarios must find out.</summary>
internal sealed class BrokenCounter(long permits, BrokenCounter.Bug bug) : ICounter
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, long[]> _used = new(StringComparer.Ordinal);

    internal enum Bug
    {
        /// <summary>Reads, decides, and writes without a lock.</summary>
        LostUpdate,

        /// <summary>Locks the first key of a list and forgets the others.</summary>
        SecondKeyUnlocked,

        /// <summary>Takes key after key, and leaves what it took when a later one denies.</summary>
        HalfTaken,
    }

    public bool TryTake(IReadOnlyList<string> keys, long cost)
    {
        long[][] used = [.. keys.Select(Of)];
        if (bug == Bug.LostUpdate) return TakeUnsynchronized(used, cost);
        if (bug == Bug.SecondKeyUnlocked)
        {
            lock (used[0]) return TakeUnsynchronized(used, cost);
        }

        foreach (long[] one in used)
        {
            lock (one)
            {
                if (!TakeUnsynchronized([one], cost)) return false;
            }
        }

        return true;
    }

    public long Left(string key) => permits - Volatile.Read(ref Of(key)[0]);

    public void Dispose()
    {
    }

    private bool TakeUnsynchronized(long[][] used, long cost)
    {
        long[] seen = [.. used.Select(u => Volatile.Read(ref u[0]))];
        if (seen.Any(s => s + cost > permits)) return false;
        // Whoever is descheduled here has decided on what is not so any more.
        Thread.Yield();
        for (int i = 0; i < used.Length; i++) Volatile.Write(ref used[i][0], seen[i] + cost);
        return true;
    }

    private long[] Of(string key) => _used.GetOrAdd(key, _ => new long[1]);
}
