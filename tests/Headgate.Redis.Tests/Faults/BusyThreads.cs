namespace Headgate.Redis.Tests.Faults;

/// <summary>How many threads of the pool were at work, blocked ones included, while many callers waited for a Redis that hangs.</summary>
/// <param name="Typical">In half of the looks there were no more.</param>
/// <param name="Injected">Threads that the pool has started meanwhile, because those that it had were blocked.</param>
internal readonly record struct BusyThreads(int Typical, int Injected)
{
    private const int Callers = 100;

    /// <summary>Some at work by accident: the continuations, the timers, the test itself. Far below the callers.</summary>
    private const int Few = 8;

    /// <summary>Stops the server under this many callers, with a pool that may have no more threads than processors, and looks on.</summary>
    public static async Task<BusyThreads> WhileAsync(IRateLimitStore store, RedisProcess server)
    {
        Limiter limiter = new(Limit.TokenBucket(1_000_000, Rate.PerSecond(1_000)), store);
        // The pool takes the threads that it was promised when first there is so much to do.
        for (int i = 0; i < 5; i++) await Task.WhenAll(Enumerable.Range(0, Callers).Select(c => Task.Run(async () => await limiter.AcquireAsync($"k{c}"))));
        ThreadPool.GetMinThreads(out int minWorkers, out int minPorts);
        ThreadPool.SetMinThreads(Environment.ProcessorCount, minPorts);
        try
        {
            await server.StopAsync();
            Task[] calls = [];
            BusyThreads seen = await Task.Factory.StartNew(
                () =>
                {
                    calls = [.. Enumerable.Range(0, Callers).Select(i => Task.Run(async () => await limiter.AcquireAsync($"k{i}")))];
                    return Look();
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            await server.ContinueAsync();
            await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(30));
            TestContext.Current.TestOutputHelper?.WriteLine($"{seen}");
            return seen;
        }
        finally
        {
            ThreadPool.SetMinThreads(minWorkers, minPorts);
        }
    }

    public void WereFew()
    {
        Assert.InRange(Typical, 0, Few);
        Assert.InRange(Injected, 0, Few);
    }

    /// <summary>On a thread of its own: the pool may have none to spare.</summary>
    private static BusyThreads Look()
    {
        int before = ThreadPool.ThreadCount, most = before;
        using ManualResetEventSlim never = new();
        List<int> looks = [];
        for (int i = 0; i < 100; i++)
        {
            never.Wait(5);
            ThreadPool.GetMaxThreads(out int all, out _);
            ThreadPool.GetAvailableThreads(out int free, out _);
            looks.Add(all - free);
            most = Math.Max(most, ThreadPool.ThreadCount);
        }

        looks.Sort();
        return new BusyThreads(looks[looks.Count / 2], most - before);
    }
}
