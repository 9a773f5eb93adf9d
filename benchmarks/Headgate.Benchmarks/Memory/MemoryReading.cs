namespace Headgate.Benchmarks.Memory;

/// <summary>What keys cost in memory.</summary>
/// <param name="Subject">Who holds them.</param>
/// <param name="Keys">How many.</param>
/// <param name="ResidentBytes">By how much the process's resident memory grew, all included.</param>
/// <param name="HeapBytes">By how much the managed heap grew; the rest is native.</param>
/// <param name="PeakBytesAKey">The most resident bytes a key at any time while growing, from a sixteenth of the keys on.</param>
internal sealed record MemoryReading(string Subject, long Keys, long ResidentBytes, long HeapBytes, double PeakBytesAKey)
{
    public double BytesAKey => (double)ResidentBytes / Keys;

    public static MemoryReading Take(string name, long keys)
    {
        // Code and tables that any number of keys needs are there before the first reading.
        using (KeyedSubject warm = KeyedSubject.Create(name, keys)) Fill(warm, Math.Min(keys, 20_000), 0, out _);
        (long residentBefore, long heapBefore) = Read();

        using KeyedSubject subject = KeyedSubject.Create(name, keys);
        Fill(subject, keys, residentBefore, out double peak);
        (long resident, long heap) = Read();
        subject.Demand(keys);
        return new MemoryReading(name, keys, resident - residentBefore, heap - heapBefore, peak);
    }

    private static void Fill(KeyedSubject subject, long keys, long residentBefore, out double peak)
    {
        peak = 0;
        long step = Math.Max(1, keys / 64);
        for (long i = 0; i < keys; i++)
        {
            if (!subject.Decide(subject.KeyOf(i)))
                throw new InvalidOperationException($"Key {i} was denied at its first charge.");
            if ((i + 1) % step == 0 && i >= keys / 16)
                peak = Math.Max(peak, (double)(Environment.WorkingSet - residentBefore) / (i + 1));
        }
    }

    /// <summary>Resident memory and managed heap, after giving back to the system all that is not in use.</summary>
    private static (long Resident, long Heap) Read()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return (Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false));
    }
}
