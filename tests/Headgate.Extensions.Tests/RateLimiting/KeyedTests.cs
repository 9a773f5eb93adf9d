using System.Threading.RateLimiting;
using Headgate.Conformance;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>One key of a limit in memory as a <see cref="RateLimiter"/>.</summary>
public sealed class KeyedTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _three;

    public KeyedTests()
    {
        _store = new MemoryStore(_clock);
        _three = new Limiter(Limit.TokenBucket(3, Rate.PerMinute(1)) with { Name = "three" }, _store);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Gives_what_the_limit_gives_by_either_way_of_asking()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        Assert.True((await limiter.AcquireAsync(2, Ct)).IsAcquired);
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.False((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        Assert.True(_three.AsRateLimiter("other").AttemptAcquire(3).IsAcquired);
    }

    [Fact]
    public void A_limit_and_a_store_are_enough_and_the_name_parts_the_keys()
    {
        Limit one = Limit.TokenBucket(1, Rate.PerMinute(1));
        using RateLimiter a = one.AsRateLimiter(_store, "k", new() { Name = "a" });
        using RateLimiter again = one.AsRateLimiter(_store, "k", new() { Name = "a" });
        using RateLimiter b = one.AsRateLimiter(_store, "k", new() { Name = "b" });
        Assert.True(a.AttemptAcquire().IsAcquired);
        Assert.False(again.AttemptAcquire().IsAcquired);
        Assert.True(b.AttemptAcquire().IsAcquired);
    }

    [Fact]
    public void A_retry_after_the_time_told_succeeds_and_a_microsecond_earlier_fails()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        limiter.AttemptAcquire(3);
        RateLimitLease refused = limiter.AttemptAcquire(2);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
        Assert.Equal(TimeSpan.FromMinutes(2), time);
        _clock.Advance(time - TimeSpan.FromMicroseconds(1));
        Assert.False(limiter.AttemptAcquire(2).IsAcquired);
        _clock.AdvanceMicros(1);
        Assert.True(limiter.AttemptAcquire(2).IsAcquired);
    }

    [Fact]
    public void A_refusal_carries_reason_and_decision()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        limiter.AttemptAcquire(3);
        RateLimitLease refused = limiter.AttemptAcquire();
        Assert.True(refused.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
        Assert.Equal("The limit three is reached.", reason);
        Assert.True(refused.TryGetMetadata(HeadgateMetadata.Decision, out Decision decision));
        Assert.Equal((false, 3L, 0L, "three"), (decision.IsAllowed, decision.Limit, decision.Remaining, decision.DecidedBy));
        Assert.Equal([MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name, HeadgateMetadata.Decision.Name], refused.MetadataNames);
        Assert.All(refused.MetadataNames, name => Assert.True(refused.TryGetMetadata(name, out _)));
        Assert.False(refused.TryGetMetadata("something else", out _));
    }

    [Fact]
    public async Task More_than_the_limit_has_is_refused_for_ever_and_does_not_wait()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k", new() { QueueLimit = 100 });
        foreach (RateLimitLease refused in new[] { limiter.AttemptAcquire(4), await limiter.AcquireAsync(4, Ct) })
        {
            Assert.False(refused.IsAcquired);
            Assert.False(refused.TryGetMetadata(MetadataName.RetryAfter, out _));
            Assert.DoesNotContain(MetadataName.RetryAfter.Name, refused.MetadataNames);
            Assert.True(refused.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
            Assert.Equal("The cost is more than three ever has.", reason);
        }

        Assert.Equal(3, limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    [Fact]
    public async Task No_permits_succeed_while_there_are_some_and_take_none()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        Assert.True(limiter.AttemptAcquire(0).IsAcquired);
        Assert.True((await limiter.AcquireAsync(0, Ct)).IsAcquired);
        Assert.Equal(3, limiter.GetStatistics()!.CurrentAvailablePermits);
        limiter.AttemptAcquire(3);
        RateLimitLease refused = limiter.AttemptAcquire(0);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
        Assert.Equal(TimeSpan.FromMinutes(1), time);
        Assert.False((await limiter.AcquireAsync(0, Ct)).IsAcquired);
    }

    [Fact]
    public void Acquired_leases_are_one_object_unless_a_description_is_wanted()
    {
        using RateLimiter bare = _three.AsRateLimiter("k");
        Assert.Same(bare.AttemptAcquire(), bare.AttemptAcquire());
        Assert.Empty(bare.AttemptAcquire().MetadataNames);
        using RateLimiter told = _three.AsRateLimiter("told", new() { DescribeAcquired = true });
        Assert.True(told.AttemptAcquire().TryGetMetadata(HeadgateMetadata.Decision, out Decision decision));
        Assert.Equal((true, 2L), (decision.IsAllowed, decision.Remaining));
    }

    [Fact]
    public async Task Statistics_count_decisions_and_peek_at_what_is_there()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k", new() { QueueLimit = 2 });
        limiter.AttemptAcquire(2);
        limiter.AttemptAcquire(2);
        Task<RateLimitLease> waiting = limiter.AcquireAsync(2, Ct).AsTask();
        RateLimiterStatistics statistics = limiter.GetStatistics()!;
        Assert.Equal((1L, 2L, 1L, 1L), (statistics.CurrentAvailablePermits, statistics.CurrentQueuedCount, statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await waiting).IsAcquired);
        statistics = limiter.GetStatistics()!;
        Assert.Equal((0L, 0L, 2L, 1L), (statistics.CurrentAvailablePermits, statistics.CurrentQueuedCount, statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases));
    }

    [Fact]
    public async Task Is_idle_since_its_last_use_and_not_while_somebody_waits()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k", new() { QueueLimit = 2, TimeProvider = _clock });
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromSeconds(5), limiter.IdleDuration);
        limiter.AttemptAcquire(3);
        Assert.Equal(TimeSpan.Zero, limiter.IdleDuration);
        Task<RateLimitLease> waiting = limiter.AcquireAsync(1, Ct).AsTask();
        Assert.Null(limiter.IdleDuration);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await waiting;
        await Eventually.EqualAsync<TimeSpan?>(TimeSpan.FromMinutes(1), () => Task.FromResult(limiter.IdleDuration));
    }

    [Fact]
    public async Task Who_asks_async_only_is_decided_by_the_async_call_alone()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k", new() { AsyncOnly = true });
        RateLimitLease undecided = limiter.AttemptAcquire();
        Assert.False(undecided.IsAcquired);
        Assert.True(undecided.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
        Assert.Equal("Not decided here: this limit is decided by AcquireAsync.", reason);
        Assert.False(undecided.TryGetMetadata(HeadgateMetadata.Decision, out _));
        Assert.True((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        RateLimiterStatistics statistics = limiter.GetStatistics()!;
        Assert.Equal((2L, 1L, 0L), (statistics.CurrentAvailablePermits, statistics.TotalSuccessfulLeases, statistics.TotalFailedLeases));
    }

    [Fact]
    public async Task A_cancelled_ask_is_not_made()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.AcquireAsync(1, new CancellationToken(true)));
        Assert.Equal(3, limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    [Fact]
    public async Task Decides_after_it_was_disposed_as_the_framework_disposes_idle_ones_under_requests()
    {
        RateLimiter limiter = _three.AsRateLimiter("k");
        limiter.Dispose();
        limiter.Dispose();
        Assert.True(limiter.AttemptAcquire().IsAcquired);
        Assert.True((await limiter.AcquireAsync(2, Ct)).IsAcquired);
        Assert.False((await limiter.AcquireAsync(1, Ct)).IsAcquired);
    }

    [Fact]
    public void Refuses_options_out_of_their_domain_and_says_how_to_do_it()
    {
        Assert.Contains("QueueLimit is -1; it must be between 0 and 1000000", Refused(() => _three.AsRateLimiter("k", new() { QueueLimit = -1 })), StringComparison.Ordinal);
        Assert.Contains("QueueLimit is 1000001;", Refused(() => _three.AsRateLimiter("k", new() { QueueLimit = 1_000_001 })), StringComparison.Ordinal);
        Assert.Contains("MaxWait is -00:00:01; it must be zero or more", Refused(() => _three.AsRateLimiter("k", new() { MaxWait = TimeSpan.FromSeconds(-1) })), StringComparison.Ordinal);
        Assert.Contains("FailureMode is 7;", Refused(() => _three.Limit.AsRateLimiter(_store, "k", new() { FailureMode = (FailureMode)7 })), StringComparison.Ordinal);
        Assert.Contains("Name is set", Refused(() => _three.AsRateLimiter("k", new() { Name = "n" })), StringComparison.Ordinal);
        Assert.Contains("FailureMode is set", Refused(() => _three.AsRateLimiter("k", new() { FailureMode = FailureMode.Open })), StringComparison.Ordinal);

        static string Refused(Func<object> make) => Assert.ThrowsAny<ArgumentException>(make).Message;
    }

    [Fact]
    public void Refuses_a_negative_number_of_permits_as_the_framework_does()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(-1));
    }
}
