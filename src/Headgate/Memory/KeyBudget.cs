namespace Headgate.Memory;

/// <summary>How many keys the tables of one store may hold together, and how many they do. Touched only when keys come and go.</summary>
internal sealed class KeyBudget(long maxKeys)
{
    private long _keys;
    private long _forcedEvictions;

    public long MaxKeys => maxKeys;

    public long Keys => Volatile.Read(ref _keys);

    public long ForcedEvictions => Volatile.Read(ref _forcedEvictions);

    /// <summary>Makes room for so many keys; false, and none, if that would pass the bound.</summary>
    public bool TryReserve(int keys)
    {
        // Never above the bound, not even for a moment: another would read it there and drop a key that need not go.
        long held = Volatile.Read(ref _keys);
        while (keys <= maxKeys - held)
        {
            long seen = Interlocked.CompareExchange(ref _keys, held + keys, held);
            if (seen == held) return true;
            held = seen;
        }

        return false;
    }

    public void Release(long keys)
    {
        if (keys != 0) Interlocked.Add(ref _keys, -keys);
    }

    /// <summary>Takes over the books of a store that was filled before anybody knew it.</summary>
    public void Adopt(long keys, long forcedEvictions)
    {
        Volatile.Write(ref _keys, keys);
        Volatile.Write(ref _forcedEvictions, forcedEvictions);
        if (forcedEvictions > 0) Telemetry.Evictions.Add(forcedEvictions);
    }

    public void CountForcedEviction()
    {
        Interlocked.Increment(ref _forcedEvictions);
        Telemetry.Evictions.Add(1);
    }
}
