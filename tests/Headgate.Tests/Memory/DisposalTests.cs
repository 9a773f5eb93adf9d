using System.Diagnostics;
using Headgate.Conformance;

namespace Headgate.Tests.Memory;

[Collection(nameof(Alone))]
public class DisposalTests
{
    private static readonly Limit Bucket = Limit.TokenBucket(5, Rate.PerDay(1));

    [Fact]
    public async Task After_disposal_every_call_says_that_the_store_is_disposed()
    {
        MemoryStore store = new(new FakeClock());
        Limiter limiter = new(Bucket, store), held = new(Limit.Concurrency(5), store);
        limiter.Acquire("k");
        Charge[] charges = [new("k", Bucket)];
        Decision decision = await store.AcquireAsync(charges);
        ConcurrencyLease lease = await held.EnterAsync("k");
        store.Dispose();
        store.Dispose();

        Assert.Throws<ObjectDisposedException>(() => { limiter.Acquire("k"); });
        Assert.Throws<ObjectDisposedException>(() => { limiter.Acquire("new"); });
        Assert.Throws<ObjectDisposedException>(() => { store.RemoveIdle(); });
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.AcquireAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.PeekAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.WaitAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.ResetAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.RefundAsync("k", decision));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await held.EnterAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.AcquireAsync(charges));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.PeekAsync(charges));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.ForecastAsync(charges, new long[] { 1 }));
        await lease.DisposeAsync();
    }

    /// <summary>Fast paths, growth, splits, lists, evictions and sweeps, all while somebody disposes the store, for about a second.</summary>
    [Fact]
    public async Task Disposal_under_load_ends_callers_cleanly_and_frees_the_memory()
    {
        Round(20);
        long before = 0;
        int rounds = 0;
        long start = Stopwatch.GetTimestamp();
        for (; rounds < 20 || Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); rounds++)
        {
            // The threads' own arenas and lists are there after some rounds.
            if (rounds == 10) before = NativeHeap.BytesInUse();
            await RoundAsync(rounds);
        }

        // Each round holds a megabyte or so: were a tenth of it lost, this would see it.
        Assert.InRange(NativeHeap.BytesInUse() - before, long.MinValue, Math.Max(2_000_000, (rounds - 10) * 20_000L));

        static void Round(int keys)
        {
            using MemoryStore store = new();
            for (int i = 0; i < keys; i++) new Limiter(Bucket, store).Acquire($"{i}");
        }
    }

    private static async Task RoundAsync(int round)
    {
        MemoryStore store = new(TimeProvider.System, new MemoryStoreOptions { MaxKeys = round % 2 == 0 ? 20_000 : 500 });
        long disposeAt = 50 * (round % 97);
        long calls = 0;
        await Watchdog.OnThreads(5, thread =>
        {
            if (thread == 4)
            {
                SpinWait spin = default;
                while (Volatile.Read(ref calls) < disposeAt) spin.SpinOnce(sleep1Threshold: -1);
                store.Dispose();
                return;
            }

            try
            {
                Work(store, thread, ref calls);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        });
    }

    private static void Work(MemoryStore store, int thread, ref long calls)
    {
        Limiter bucket = new(Bucket, store), log = new(Limit.SlidingLog(5, TimeSpan.FromDays(1)), store), held = new(Limit.Concurrency(3), store);
        for (int i = 0; ; i++)
        {
            Interlocked.Increment(ref calls);
            bucket.Acquire($"{thread} {i}");
            log.Acquire($"{i}");
            held.Acquire($"{i % 50}");
            bucket.Acquire("hot");
            if (i % 4 == 0)
            {
                Charge[] list = [new($"{i % 7}", Bucket), new($"{i % 11}", Limit.SlidingLog(9, TimeSpan.FromDays(1))), new($"x{i}", Bucket)];
                if (store.AcquireAsync(list).AsTask().Exception is { } failed) throw failed.InnerException!;
            }

            if (i % 64 == 0) store.RemoveIdle();
        }
    }
}
