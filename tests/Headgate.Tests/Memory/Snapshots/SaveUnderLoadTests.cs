using System.Diagnostics;
using Headgate.Conformance;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>Saving while others decide, and how long it takes and how large it comes out with a million keys.</summary>
[Collection(nameof(Alone))]
public class SaveUnderLoadTests(ITestOutputHelper output)
{
    private static readonly Limit Plain = Limit.FixedWindow(1_000_000_000, TimeSpan.FromDays(1));
    private static readonly Limit Log = Limit.SlidingLog(1_000_000, TimeSpan.FromDays(1));

    /// <summary>
    /// While keys come by thousands and segments split, each snapshot has every key that was there before it once, with no less than was
    /// charged before and no more than after.
    /// </summary>
    [Fact]
    public async Task Each_key_is_saved_whole_and_once_while_the_table_grows()
    {
        const int Steady = 2000, Snapshots = 12;
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        for (int i = 0; i < Steady; i++) Charge(store, $"steady-{i}");
        long[] before = new long[Steady], after = new long[Steady];
        using CancellationTokenSource done = new();
        int grown = 0;
        Task callers = Watchdog.OnThreads(2, thread =>
        {
            for (int i = 0; !done.IsCancellationRequested; i++)
            {
                Charge(store, $"steady-{i % Steady}");
                if (i < 60_000) Charge(store, $"new-{thread}-{i}");
                if (i % 1000 == 0) Interlocked.Increment(ref grown);
            }
        });
        try
        {
            for (int s = 0; s < Snapshots; s++)
            {
                int seen = Volatile.Read(ref grown);
                await Watchdog.Until(() => Volatile.Read(ref grown) > seen);
                for (int i = 0; i < Steady; i++) before[i] = await UsedAsync(store, i);
                byte[] bytes = Snapshot.Of(store);
                for (int i = 0; i < Steady; i++) after[i] = await UsedAsync(store, i);
                using MemoryStore restored = Snapshot.Restore(bytes, clock);
                for (int i = 0; i < Steady; i++) Assert.InRange(await UsedAsync(restored, i), before[i], after[i]);
            }
        }
        finally
        {
            await done.CancelAsync();
            await callers;
        }

        using MemoryStore atRest = Snapshot.Restore(Snapshot.Of(store), clock);
        Assert.Equal(store.KeyCount, atRest.KeyCount);
        for (int i = 0; i < Steady; i++) Assert.Equal(await UsedAsync(store, i), await UsedAsync(atRest, i));
    }

    [Fact]
    public async Task A_million_keys()
    {
        const int Keys = 1_000_000;
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        Limiter limiter = new(Limit.TokenBucket(100, Rate.PerHour(10)), store);
        for (int i = 0; i < Keys; i++) limiter.Acquire($"client-{i}", 1 + (i % 50));

        using MemoryStream stream = new(capacity: 64 << 20);
        long start = Stopwatch.GetTimestamp();
        store.Save(stream);
        TimeSpan saving = Stopwatch.GetElapsedTime(start);
        Assert.Equal(1169 + (49L * Keys), stream.Length);

        stream.Position = 0;
        start = Stopwatch.GetTimestamp();
        using MemoryStore restored = MemoryStore.Restore(stream, clock);
        TimeSpan restoring = Stopwatch.GetElapsedTime(start);
        output.WriteLine($"{Keys:N0} keys: {stream.Length:N0} bytes, saved in {saving.TotalMilliseconds:0} ms, restored in {restoring.TotalMilliseconds:0} ms");
        TestContext.Current.SendDiagnosticMessage($"{Keys:N0} keys: {stream.Length:N0} bytes, saved in {saving.TotalMilliseconds:0} ms, restored in {restoring.TotalMilliseconds:0} ms");

        Assert.Equal(Keys, restored.KeyCount);
        Limiter again = new(Limit.TokenBucket(100, Rate.PerHour(10)), restored);
        for (int i = 0; i < Keys; i += 97) Assert.Equal(99 - (i % 50), (await again.PeekAsync($"client-{i}")).Remaining);
    }

    private static void Charge(MemoryStore store, string key)
    {
        ValueTask<Decision> plain = store.AcquireAsync(new Charge(key, Plain)), log = store.AcquireAsync(new Charge(key, Log));
        if (!plain.IsCompletedSuccessfully || !log.IsCompletedSuccessfully) throw new InvalidOperationException("A store in memory answers at once.");
    }

    /// <summary>What a key of both limits has consumed; the log is charged after the window.</summary>
    private static async Task<long> UsedAsync(MemoryStore store, int key)
    {
        Decision plain = await store.PeekAsync(new[] { new Charge($"steady-{key}", Plain, 0) });
        Decision log = await store.PeekAsync(new[] { new Charge($"steady-{key}", Log, 0) });
        return plain.Limit + log.Limit - plain.Remaining - log.Remaining;
    }
}
