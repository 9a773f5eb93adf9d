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
    /// Each time that some of it has been written the table more than doubles: every segment splits while it is walked over. All keys that were
    /// there before are in the snapshot, once, with no less than before it and no more than after.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_key_is_saved_once_while_segments_split(bool logs)
    {
        const int Steady = 12_000;
        Limit limit = logs ? Log : Plain;
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        for (int i = 0; i < Steady; i++) Charge(store, $"steady-{i}", limit);
        int writes = 0;
        using EventfulStream stream = new(() =>
        {
            if (++writes > 5) return;
            for (int i = 0; i < Steady * 2; i++) Charge(store, $"new-{writes}-{i}", limit);
            for (int i = 0; i < Steady; i += 3) Charge(store, $"steady-{i}", limit);
        });
        store.Save(stream);
        Assert.True(writes > 5);

        using MemoryStore restored = Snapshot.Restore(stream.ToArray(), clock);
        for (int i = 0; i < Steady; i++) Assert.InRange(await UsedAsync(restored, $"steady-{i}", limit), 1, i % 3 == 0 ? 6 : 1);
        Assert.InRange(restored.KeyCount, Steady, store.KeyCount);
    }

    /// <summary>Threads charge a few keys that are copied all the time: no copy is torn, none goes back behind the one before.</summary>
    [Fact]
    public async Task No_key_is_torn_by_those_who_charge_it()
    {
        const int Keys = 8, Snapshots = 200;
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        using CancellationTokenSource done = new();
        long rounds = 0;
        Task callers = Watchdog.OnThreads(2, _ =>
        {
            while (!done.IsCancellationRequested)
            {
                for (int i = 0; i < Keys; i++)
                {
                    Charge(store, $"{i}", Plain);
                    Charge(store, $"{i}", Log);
                }

                if (Interlocked.Increment(ref rounds) % 100 == 0) clock.AdvanceMicros(1);
            }
        });
        try
        {
            await Watchdog.Until(() => Interlocked.Read(ref rounds) > 10);
            long[] least = new long[Keys];
            for (int s = 0; s < Snapshots; s++)
            {
                using MemoryStore restored = Snapshot.Restore(Snapshot.Of(store), clock);
                for (int i = 0; i < Keys; i++)
                {
                    long plain = await UsedAsync(restored, $"{i}", Plain), log = await UsedAsync(restored, $"{i}", Log);
                    Assert.InRange(plain, Math.Max(1, least[i]), await UsedAsync(store, $"{i}", Plain));
                    Assert.InRange(log, 1, await UsedAsync(store, $"{i}", Log));
                    least[i] = plain;
                }
            }
        }
        finally
        {
            await done.CancelAsync();
            await callers;
        }
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

        Assert.Equal(Keys, restored.KeyCount);
        Limiter again = new(Limit.TokenBucket(100, Rate.PerHour(10)), restored);
        for (int i = 0; i < Keys; i += 97) Assert.Equal(99 - (i % 50), (await again.PeekAsync($"client-{i}")).Remaining);
    }

    private static void Charge(MemoryStore store, string key, Limit limit)
    {
        ValueTask<Decision> decided = store.AcquireAsync(new Charge(key, limit));
        if (!decided.IsCompletedSuccessfully) throw new InvalidOperationException("A store in memory answers at once.");
    }

    private static async Task<long> UsedAsync(MemoryStore store, string key, Limit limit)
    {
        Decision peek = await store.PeekAsync(new[] { new Charge(key, limit, 0) });
        return peek.Limit - peek.Remaining;
    }

    private sealed class EventfulStream(Action written) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            written();
        }
    }
}
