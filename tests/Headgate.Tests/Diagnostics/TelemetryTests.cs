using Headgate.Conformance;

namespace Headgate.Tests.Diagnostics;

[Collection(nameof(Alone))]
public class TelemetryTests
{
    private const string Secret = "key-7f3a91";

    private readonly FakeClock _clock = new();

    [Fact]
    public void Every_instrument_has_its_documented_name_kind_and_unit()
    {
        using MemoryStore store = new(_clock);
        new Limiter(Limit.Concurrency(1), store).Acquire("k");
        using MeterRecorder meter = new();
        Assert.Equal("Headgate", HeadgateDiagnostics.MeterName);
        Assert.Equal(
            [
                "headgate.decision.duration Histogram`1 s",
                "headgate.decisions Counter`1 {decision}",
                "headgate.evictions Counter`1 {key}",
                "headgate.keys ObservableUpDownCounter`1 {key}",
                "headgate.wait.duration Histogram`1 s",
                "headgate.waits Counter`1 {wait}",
            ],
            meter.Instruments.Select(i => $"{i.Name} {i.GetType().Name} {i.Unit}").Order(StringComparer.Ordinal));
        Assert.All(meter.Instruments, i => Assert.False(string.IsNullOrWhiteSpace(i.Description)));
    }

    [Fact]
    public async Task Decisions_are_counted_by_policy_and_outcome()
    {
        using MemoryStore store = new(_clock);
        using MeterRecorder meter = new();
        Limit shadow = Limit.TokenBucket(1, Rate.PerDay(1)) with { Name = "candidate", Shadow = true };
        Limiter limiter = new(Limit.TokenBucket(2, Rate.PerDay(1)), store, new LimiterOptions { Name = "api" });
        Limiter shadowed = new(shadow, store, new LimiterOptions { Name = "trial" });
        Limiter unnamed = new(Limit.TokenBucket(1, Rate.PerDay(1)), store);

        limiter.Acquire("k", 2);
        await limiter.AcquireAsync("k");
        limiter.Acquire("k", 3);
        shadowed.Acquire("k");
        shadowed.Acquire("k");
        unnamed.Acquire("k");

        Assert.Equal(
            [
                "policy=api, outcome=allowed", "policy=api, outcome=denied", "policy=api, outcome=impossible",
                "policy=trial, outcome=allowed", "policy=trial, outcome=shadow_denied", "policy=, outcome=allowed",
            ],
            meter.Of("headgate.decisions").Select(m => m.Tags));
        Assert.All(meter.Of("headgate.decisions"), m => Assert.Equal(1, m.Value));
        Assert.Equal(["policy=api", "policy=api", "policy=api", "policy=trial", "policy=trial", "policy="], meter.Of("headgate.decision.duration").Select(m => m.Tags));
        Assert.All(meter.Of("headgate.decision.duration"), m => Assert.Equal(0, m.Value));
        await limiter.PeekAsync("k");
        Assert.Equal(6, meter.Of("headgate.decisions").Count);
    }

    [Fact]
    public async Task A_lease_is_a_decision_too()
    {
        using MemoryStore store = new(_clock);
        using MeterRecorder meter = new();
        Limiter limiter = new(Limit.Concurrency(1), store, new LimiterOptions { Name = "jobs" });
        await using ConcurrencyLease held = await limiter.EnterAsync("k");
        await using ConcurrencyLease denied = await limiter.EnterAsync("k");
        Assert.Equal(["policy=jobs, outcome=allowed", "policy=jobs, outcome=denied"], meter.Of("headgate.decisions").Select(m => m.Tags));
        Assert.Empty(meter.Of("headgate.waits"));
    }

    [Fact]
    public async Task Waits_are_counted_and_timed_by_policy_and_outcome()
    {
        using MemoryStore store = new(_clock);
        using MeterRecorder meter = new();
        Limiter limiter = new(Limit.TokenBucket(1, Rate.PerSecond(1)), store, new LimiterOptions { Name = "api" });
        await limiter.WaitAsync("k");
        await limiter.WaitAsync("k", 1, TimeSpan.FromMilliseconds(999));
        using CancellationTokenSource cancel = new();
        Task<Decision> admitted = limiter.WaitAsync("k").AsTask(), cancelled = limiter.WaitAsync("k", 1, null, cancel.Token).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await admitted.InTime();
        await Watchdog.Until(() => _clock.PendingTimers == 1);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());

        string[] outcomes = ["policy=api, outcome=admitted", "policy=api, outcome=refused", "policy=api, outcome=admitted", "policy=api, outcome=cancelled"];
        Assert.Equal(outcomes, meter.Of("headgate.waits").Select(m => m.Tags));
        Assert.All(meter.Of("headgate.waits"), m => Assert.Equal(1, m.Value));
        Assert.Equal(outcomes, meter.Of("headgate.wait.duration").Select(m => m.Tags));
        Assert.Equal([0, 0, 1, 1], meter.Of("headgate.wait.duration").Select(m => m.Value));
    }

    [Fact]
    public void Keys_and_forced_evictions_are_counted_without_tags()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using MeterRecorder meter = new();
        MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 10 });
        double before = meter.Observe("headgate.keys");
        Limiter limiter = new(Limit.TokenBucket(1, Rate.PerDay(1)), store);
        for (int i = 0; i < 7; i++) limiter.Acquire($"{i}");
        Assert.Equal(before + 7, meter.Observe("headgate.keys"));
        Assert.Empty(meter.Of("headgate.evictions"));
        for (int i = 7; i < 15; i++) limiter.Acquire($"{i}");
        Assert.Equal(before + 10, meter.Observe("headgate.keys"));
        Assert.Equal(5, meter.Of("headgate.evictions").Sum(m => m.Value));
        Assert.Equal(5, store.ForcedEvictions);
        Assert.All(meter.All.Where(m => m.Instrument is "headgate.keys" or "headgate.evictions"), m => Assert.Equal("", m.Tags));
        store.Dispose();
        Assert.Equal(before, meter.Observe("headgate.keys"));
    }

    [Fact]
    public async Task No_tag_ever_holds_a_key()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 2 });
        using MeterRecorder meter = new();
        Limit rate = Limit.TokenBucket(2, Rate.PerSecond(1));
        Limiter limiter = new(rate, store, new LimiterOptions { Name = "api" }), held = new(Limit.AllOf(Limit.Concurrency(1), rate), store);
        for (int i = 0; i < 5; i++)
        {
            limiter.Acquire(Secret + i);
            await limiter.AcquireAsync(Secret + i, 9);
            await limiter.PeekAsync(Secret + i);
            await limiter.WaitAsync(Secret + i, 2, TimeSpan.Zero);
            await using ConcurrencyLease lease = await held.EnterAsync(Secret + i);
            Task<ConcurrencyLease> waiting = held.EnterAsync(Secret + i, 1, TimeSpan.FromMicroseconds(1)).AsTask();
            _clock.AdvanceMicros(1);
            await using ConcurrencyLease waited = await waiting.InTime();
            await limiter.ResetAsync(Secret + i);
        }

        meter.Observe("headgate.keys");
        Assert.Equal(6, meter.All.Select(m => m.Instrument).Distinct().Count());
        Assert.All(meter.All, m => Assert.DoesNotContain(Secret, m.Tags, StringComparison.Ordinal));
    }

    [Fact]
    public void Decides_alike_whether_anybody_listens_or_not()
    {
        using MemoryStore quiet = new(_clock), watched = new(_clock);
        Limit limit = Limit.TokenBucket(5, Rate.PerSecond(3));
        Limiter alone = new(limit, quiet, new LimiterOptions { Name = "n" }), listened = new(limit, watched, new LimiterOptions { Name = "n" });
        Random random = new(1);
        for (int i = 0; i < 500; i++)
        {
            _clock.AdvanceMicros(random.Next(400_000));
            long cost = random.Next(7);
            Decision expected = alone.Acquire("k", cost);
            using MeterRecorder meter = new();
            Assert.Equal(expected, listened.Acquire("k", cost));
            Assert.Single(meter.Of("headgate.decisions"));
        }
    }

    [Fact]
    public void Nobody_listening_costs_no_bytes_and_no_reports()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.TokenBucket(5, Rate.PerSecond(3)), store, new LimiterOptions { Name = "n" });
        for (int i = 0; i < 1000; i++) limiter.Acquire("k");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) limiter.Acquire("k");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        using MeterRecorder meter = new();
        Assert.Empty(meter.Of("headgate.decisions"));
    }
}
