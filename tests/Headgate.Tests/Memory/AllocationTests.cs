namespace Headgate.Tests.Memory;

/// <summary>A decision on a known key allocates nothing on the managed heap.</summary>
[Collection(nameof(Alone))]
public class AllocationTests
{
    private readonly BareClock _clock = new();

    public static TheoryData<string> Kinds => [.. OneOfEach.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_charge(string kind)
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(OneOfEach.Of(kind, 50), store, new LimiterOptions { Name = "policy" });
        string[] keys = ["a", "b", "", new string('k', 32), new string('k', 700)];
        int allowed = 0, denied = 0;
        Assert.Equal(0, AllocatedBy(i =>
        {
            _clock.Advance(10_000);
            Decision decision = limiter.Acquire(keys[i % keys.Length], 1 + (i % 3));
            if (decision.IsAllowed) allowed++;
            else denied++;
        }));
        Assert.True(allowed > 0 && denied > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_charge_asynchronously_and_a_peek(string kind)
    {
        using MemoryStore store = new(_clock);
        Limit limit = OneOfEach.Of(kind, 50);
        Limiter limiter = new(limit, store);
        Charge[] charge = [new("k", limit)];
        Assert.Equal(0, AllocatedBy(i =>
        {
            _clock.Advance(100_000);
            Take(limiter.AcquireAsync("k"));
            Take(store.AcquireAsync(charge));
            Take(store.PeekAsync(charge));
            Take(limiter.PeekAsync("k"));
        }));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_charges_on_two_keys_and_a_composite(string kind)
    {
        using MemoryStore store = new(_clock);
        Limit limit = OneOfEach.Of(kind, 50), other = Limit.FixedWindow(60, TimeSpan.FromSeconds(10)) with { Name = "other" };
        Charge[] charges = [new("a", limit), new("b", other)];
        Limiter hybrid = new(Limit.AllOf(limit, other), store);
        Assert.Equal(0, AllocatedBy(i =>
        {
            _clock.Advance(50_000);
            Take(store.AcquireAsync(charges));
            hybrid.Acquire("hybrid");
        }));
    }

    [Fact]
    public void One_limit_in_several_namespaces_of_one_length()
    {
        using MemoryStore store = new(_clock);
        Limit limit = OneOfEach.Of("token_bucket", 50);
        Charge[][] tenants = [.. Enumerable.Range(0, 4).Select(i => new[] { new Charge("k", limit) { Namespace = $"tenant-{i}" } })];

        // Two of four may share a pair of places with a third by chance; a pair of them never does for long.
        long least = Enumerable.Range(1, 3).Min(other => AllocatedBy(i => Take(store.AcquireAsync(tenants[i % 2 == 0 ? 0 : other]))));
        Assert.Equal(0, least);
    }

    /// <summary>Bytes of the best of several runs: what the runtime itself allocates now and then is not the decision's.</summary>
    private static long AllocatedBy(Action<int> decide)
    {
        for (int i = 0; i < 2000; i++) decide(i);
        long least = long.MaxValue;
        for (int run = 0; run < 3; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 2000; i++) decide(i);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Take(ValueTask<Decision> decision)
    {
        if (!decision.IsCompletedSuccessfully) throw new InvalidOperationException("A store in memory answers at once.");
        _ = decision.Result;
    }

    /// <summary>Moves on without allocating, which a clock that keeps timers does not.</summary>
    private sealed class BareClock : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerDay * 20_000;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(_ticks);

        public override long GetTimestamp() => _ticks;

        public void Advance(long micros) => _ticks += micros * TimeSpan.TicksPerMicrosecond;
    }
}
