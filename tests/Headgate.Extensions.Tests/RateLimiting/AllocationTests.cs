using System.Threading.RateLimiting;

namespace Headgate.Extensions.Tests.RateLimiting;

public sealed class AllocationTests
{
    private const int Asks = 10_000;

    [Fact]
    public void An_admitted_ask_in_memory_allocates_nothing_and_a_refusal_one_small_lease()
    {
        using MemoryStore store = new();
        Limiter open = new(Limit.TokenBucket(1_000_000_000, Rate.PerSecond(1000)), store);
        Limiter shut = new(Limit.TokenBucket(1, Rate.PerDay(1)), store);
        using RateLimiter one = open.AsRateLimiter("k");
        using PartitionedRateLimiter<string> many = open.AsPartitionedRateLimiter<string>(static k => k);
        using PartitionedRateLimiter<string> refusing = shut.AsPartitionedRateLimiter<string>(static k => k);
        refusing.AttemptAcquire("k");
        Assert.Equal(0, BytesAnAsk(() => one.AttemptAcquire()));
        Assert.Equal(0, BytesAnAsk(() => many.AttemptAcquire("k")));
        Assert.Equal(0, BytesAnAsk(() => AssertThere(many.AcquireAsync("k"))));
        Assert.InRange(BytesAnAsk(() => refusing.AttemptAcquire("k")), 1, 160);
    }

    private static void AssertThere(ValueTask<RateLimitLease> answer) => Assert.True(answer.IsCompletedSuccessfully);

    private static long BytesAnAsk(Action ask)
    {
        for (int i = 0; i < 1000; i++) ask();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Asks; i++) ask();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Asks;
    }
}
