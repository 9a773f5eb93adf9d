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

    /// <summary>Fast paths, growth, splits, lists, evictions and sweeps, all while somebody disposes the store, again and again.</summary>
    [Fact]
    public async Task Disposal_under_load_ends_callers_cleanly_and_frees_the_memory()
    {
        const int Warmup = 25, Rounds = 60;
        for (int round = 0; round < Warmup; round++) await RoundAsync(round);

        // Only now the threads' arenas and the compiled code are there, which come out of the same heap.
        long before = NativeHeap.BytesInUse(), passed = 0;
        for (int round = 0; round < Rounds; round++) passed += await RoundAsync(round);
        Assert.InRange(passed, 10_000_000, long.MaxValue);
        Assert.InRange(NativeHeap.BytesInUse() - before, long.MinValue, passed / 4);
    }

    /// <summary>Returns the least number of bytes that the store held when it was disposed.</summary>
    private static async Task<long> RoundAsync(int round)
    {
        MemoryStore store = new(TimeProvider.System, new MemoryStoreOptions { MaxKeys = round % 2 == 0 ? 20_000 : 500 });
        long disposeAt = 100 * (round % 97);
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
        return store.KeyCount * 48;
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
