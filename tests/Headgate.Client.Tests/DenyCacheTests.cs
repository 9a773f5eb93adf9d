using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Client.Denials;
using Headgate.Client.Tests.Servers;
using Headgate.Conformance;
using Headgate.Conformance.Generation;

namespace Headgate.Client.Tests;

public sealed class DenyCacheTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly CheckRequest Ask = new("t", "c", "x", 2);

    private readonly FakeClock _clock = new();

    [Fact]
    public void A_denial_holds_until_its_retry_time_and_not_a_microsecond_longer()
    {
        DenyCache cache = Denied(Second, maxAge: TimeSpan.FromMinutes(1));
        _clock.AdvanceMicros(999_999);
        CheckResult denied = Assert.NotNull(cache.Find(Ask));
        Assert.Equal((false, TimeSpan.FromMicroseconds(1), CheckSource.DenyCache), (denied.IsAllowed, denied.RetryAfter, denied.Source));
        _clock.AdvanceMicros(1);
        Assert.Null(cache.Find(Ask));
    }

    [Fact]
    public void A_denial_holds_no_longer_than_its_age()
    {
        DenyCache cache = Denied(TimeSpan.FromHours(1), maxAge: Second);
        _clock.AdvanceMicros(999_999);
        Assert.NotNull(cache.Find(Ask));
        _clock.AdvanceMicros(1);
        Assert.Null(cache.Find(Ask));
    }

    [Fact]
    public void What_can_never_be_is_remembered_as_long_as_anything()
    {
        DenyCache cache = Denied(Timeout.InfiniteTimeSpan, maxAge: Second);
        Assert.Equal(Timeout.InfiniteTimeSpan, Assert.NotNull(cache.Find(Ask)).RetryAfter);
        _clock.Advance(Second);
        Assert.Null(cache.Find(Ask));
    }

    [Fact]
    public void It_answers_the_same_question_or_a_costlier_one_and_no_other()
    {
        DenyCache cache = Denied(Second, maxAge: Second);
        Assert.NotNull(cache.Find(Ask with { Cost = 3 }));
        Assert.Null(cache.Find(Ask with { Cost = 1 }));
        Assert.Null(cache.Find(Ask with { Cost = 0 }));
        Assert.Null(cache.Find(Ask with { Tenant = "T" }));
        Assert.Null(cache.Find(Ask with { Client = "c2" }));
        Assert.Null(cache.Find(Ask with { Action = "y" }));
        Assert.Null(cache.Find(Ask with { MaxRequests = 10 }));
        Assert.Null(cache.Find(Ask with { Window = Second }));
    }

    [Fact]
    public void Of_nobody_is_remembered_what_was_not_decided()
    {
        DenyCache cache = new(16, Second, _clock);
        foreach (CheckStatus status in (CheckStatus[])[CheckStatus.Rejected, CheckStatus.TimedOut, CheckStatus.Unavailable])
            cache.Learn(Ask, new CheckResult { RetryAfter = Second, Status = status }, _clock.GetTimestamp());
        cache.Learn(Ask, new CheckResult { RetryAfter = Second, ServiceSource = DecisionSource.FailClosed }, _clock.GetTimestamp());
        cache.Learn(Ask with { Cost = 0 }, new CheckResult { RetryAfter = Second }, _clock.GetTimestamp());
        Assert.Null(cache.Find(Ask));
    }

    [Fact]
    public void Who_is_admitted_is_remembered_no_more()
    {
        DenyCache cache = Denied(Second, maxAge: Second);
        cache.Learn(Ask, new CheckResult { IsAllowed = true }, _clock.GetTimestamp());
        Assert.Null(cache.Find(Ask));
    }

    [Fact]
    public void Its_places_are_bounded_and_none_is_another_clients()
    {
        DenyCache cache = new(100, Second, _clock);
        for (int i = 0; i < 10_000; i++) cache.Learn(Ask with { Client = Name(i) }, new CheckResult { RetryAfter = Second, Remaining = i }, _clock.GetTimestamp());
        int found = 0;
        for (int i = 0; i < 10_000; i++)
        {
            if (cache.Find(Ask with { Client = Name(i) }) is not { } denied) continue;
            Assert.Equal(i, denied.Remaining);
            found++;
        }

        Assert.InRange(found, 1, 128);

        static string Name(int i) => i.ToString(CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Without_places_nothing_is_remembered()
    {
        DenyCache cache = new(0, Second, _clock);
        cache.Learn(Ask, new CheckResult { RetryAfter = Second }, _clock.GetTimestamp());
        Assert.Null(cache.Find(Ask));
    }

    /// <summary>The law: against a limit that nothing changes, the cache never denies what the limit would admit.</summary>
    [Fact]
    public void It_never_denies_what_would_be_admitted()
    {
        Gen<(int Cost, int Micros)[]> scripts = Gen.ArrayOf(Gen.Choose(1, 4).SelectMany(cost => Gen.Choose(0, 700_000).Select(micros => (cost, micros))), 60);
        int answered = 0;
        PropertyCheck.ForAll(scripts.ToArbitrary(), async script =>
        {
            FakeClock clock = new();
            using MemoryStore store = new(clock);
            Limiter limiter = new(Limit.SlidingLog(5, Second), store);
            DenyCache cache = new(16, TimeSpan.FromMinutes(1), clock);
            foreach ((int cost, int micros) in script)
            {
                clock.AdvanceMicros(micros);
                CheckRequest ask = Ask with { Cost = cost };
                if (cache.Find(ask) is { } denied)
                {
                    answered++;
                    Decision peek = await limiter.PeekAsync("k", cost);
                    Assert.False(peek.IsAllowed);
                    Assert.True(denied.RetryAfter <= peek.RetryAfter);
                    continue;
                }

                long sentAt = clock.GetTimestamp();
                // The answer takes its time, and the retry time counts from the decision.
                clock.AdvanceMicros(micros / 10);
                Decision decision = limiter.Acquire("k", cost);
                clock.AdvanceMicros(micros / 7);
                cache.Learn(ask, new CheckResult { IsAllowed = decision.IsAllowed, RetryAfter = decision.RetryAfter }, sentAt);
            }
        });
        Assert.True(answered > 100, "the cache was hardly asked");
    }

    [Fact]
    public async Task A_denied_client_costs_the_service_one_request()
    {
        await using BadServer server = new(Fault.None) { Answer = _ => """{"allowed":false,"remaining_requests":0,"reset_time_seconds":1767225660,"retry_after_seconds":0.5,"status":"processed"}""" };
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        using HeadgateClient client = new(http, new HeadgateClientOptions { Endpoints = { server.Address }, TimeProvider = _clock });
        Assert.Equal(CheckSource.Service, (await client.CheckAsync("t", "c", "x")).Source);
        for (int i = 0; i < 20; i++) Assert.Equal(CheckSource.DenyCache, (await client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(1, server.Requests);

        // A batch asks only for those that are not known to be denied.
        server.Answer = body =>
        {
            using JsonDocument read = JsonDocument.Parse(body);
            return $$"""{"results":[{{string.Join(',', read.RootElement.GetProperty("items").EnumerateArray().Select(_ => """{"allowed":true,"remaining_requests":1,"reset_time_seconds":1767225660,"retry_after_seconds":0,"status":"processed"}"""))}}]}""";
        };
        IReadOnlyList<BatchResult> batch = await client.CheckAsync([new("t", "d", "x"), new("t", "c", "x"), new("t", "e", "x")]);
        Assert.Equal([CheckSource.Service, CheckSource.DenyCache, CheckSource.Service], batch.Select(one => one.Result.Source));
        _clock.Advance(Second / 2);
        server.Answer = _ => """{"allowed":true,"remaining_requests":1,"reset_time_seconds":1767225660,"retry_after_seconds":0,"status":"processed"}""";
        Assert.Equal(CheckSource.Service, (await client.CheckAsync("t", "c", "x")).Source);
    }

    private DenyCache Denied(TimeSpan retryAfter, TimeSpan maxAge)
    {
        DenyCache cache = new(16, maxAge, _clock);
        cache.Learn(Ask, new CheckResult { RetryAfter = retryAfter }, _clock.GetTimestamp());
        return cache;
    }
}
