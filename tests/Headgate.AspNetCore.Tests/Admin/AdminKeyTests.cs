using System.Text.Json;
using Headgate.Extensions;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Admin;

/// <summary>Keys: looked at, forgotten, given a bucket of their own, and the most refused.</summary>
public sealed class AdminKeyTests
{
    [Fact]
    public async Task Shows_what_a_bare_value_consumed_and_consumes_nothing()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.TakeAsync("user:alice", 10);

        (_, JsonElement first) = await app.GetAsync("/admin/stats/alice");
        (_, JsonElement second) = await app.GetAsync("/admin/stats/user:alice?cost=4");

        Assert.Equal(
            """{"key":"alice","states":[{"policy":"api","key":"user:alice","limits":["token_bucket(capacity=10, refill=1/s)"],"limit":10,"remaining":0,"consumed":10,"allowed":false,"retry_after_seconds":1,"reset_after_seconds":10,"decided_by":"api","exempt":false,"shadow":false}]}""",
            first.GetRawText());
        JsonElement state = Assert.Single(second.GetProperty("states").EnumerateArray());
        Assert.Equal(4, state.GetProperty("retry_after_seconds").GetDouble());
    }

    [Fact]
    public async Task A_cost_that_can_never_be_has_no_retry_time()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        (_, JsonElement stats) = await app.GetAsync("/admin/stats/user:alice?cost=11");
        JsonElement state = Assert.Single(stats.GetProperty("states").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, state.GetProperty("retry_after_seconds").ValueKind);
        Assert.False(state.GetProperty("allowed").GetBoolean());
    }

    [Fact]
    public async Task Shows_every_policy_that_knows_the_key_and_one_state_of_those_that_do_not()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.Set(new RateLimitPolicy("search", Limit.FixedWindow(5, TimeSpan.FromMinutes(1))));
        app.Policies.Set(new RateLimitPolicy("trial", Limit.FixedWindow(1, TimeSpan.FromMinutes(1))) { Shadow = true });
        await app.TakeAsync("user:alice");
        await app.TakeAsync("ip:alice", 2);
        await app.TakeAsync("user:alice", 1, "trial");

        (_, JsonElement all) = await app.GetAsync("/admin/stats/alice");
        (_, JsonElement one) = await app.GetAsync("/admin/stats/alice?policy=search");

        Assert.Equal(
            ["api user:alice 1", "api ip:alice 2", "search api_key:alice 0", "trial user:alice 1"],
            all.GetProperty("states").EnumerateArray().Select(s => $"{s.GetProperty("policy")} {s.GetProperty("key")} {s.GetProperty("consumed")}"));
        Assert.Equal("search", Assert.Single(one.GetProperty("states").EnumerateArray()).GetProperty("policy").GetString());
        Assert.Equal(404, (await app.GetAsync("/admin/stats/alice?policy=nope")).Status);
        Assert.Equal(400, (await app.GetAsync("/admin/stats/alice?cost=0")).Status);
        Assert.Equal(400, (await app.GetAsync("/admin/stats/")).Status);
    }

    [Fact]
    public async Task Forgets_a_key_in_every_policy_and_nobody_elses()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.Set(new RateLimitPolicy("shared", Limit.FixedWindow(5, TimeSpan.FromMinutes(1))) { Key = KeySelector.Parse("user", "global") });
        await app.TakeAsync("user:alice", 10);
        await app.TakeAsync("user:bob", 10);
        await app.TakeAsync("user:alice", 5, "shared");
        await app.TakeAsync("global:", 5, "shared");

        (_, JsonElement narrowed) = await app.PostAsync("/admin/reset/alice?policy=shared");
        (_, JsonElement rest) = await app.PostAsync("/admin/reset/alice");
        (_, JsonElement nothing) = await app.PostAsync("/admin/reset/alice");
        (_, JsonElement everybodys) = await app.PostAsync("/admin/reset/global");

        Assert.Equal("""[{"policy":"shared","key":"user:alice"}]""", narrowed.GetProperty("reset").GetRawText());
        Assert.Equal("""[{"policy":"api","key":"user:alice"}]""", rest.GetProperty("reset").GetRawText());
        Assert.Equal("[]", nothing.GetProperty("reset").GetRawText());
        Assert.Equal("""[{"policy":"shared","key":"global:"}]""", everybodys.GetProperty("reset").GetRawText());
        Assert.True((await app.TakeAsync("user:alice", 10)).IsAllowed);
        Assert.False((await app.TakeAsync("user:bob")).IsAllowed);
    }

    [Theory]
    [InlineData(DecisionSource.FailOpen, 503)]
    [InlineData(DecisionSource.FailClosed, 503)]
    [InlineData(DecisionSource.FailLocal, 503)]
    [InlineData(DecisionSource.DenyCache, 200)]
    public async Task Says_that_the_store_is_away_and_not_that_nothing_was_consumed(DecisionSource source, int expected)
    {
        await using AdminApp app = await AdminApp.StartAsync(builder =>
            builder.Services.AddHeadgate().UseStore(services => new StoreThatIsAway(new MemoryStore(services.GetRequiredService<TimeProvider>()), source)));
        (int stats, JsonElement problem) = await app.GetAsync("/admin/stats/alice");
        (int reset, _) = await app.PostAsync("/admin/reset/alice");
        Assert.Equal((expected, expected), (stats, reset));
        if (expected == 503) Assert.Contains("the store did not answer", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("a%2fb/c", "a/b/c")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("header:X-Client:caf%C3%A9%20au%20lait", "header:X-Client:café au lait")]
    [InlineData("https://example.org/x%3Fy%3D1", "https://example.org/x?y=1")]
    public async Task Reads_keys_with_slashes_colons_and_escapes(string path, string key)
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.TakeAsync(key, 3);
        (_, JsonElement stats) = await app.GetAsync("/admin/stats/" + path);
        Assert.Equal(key, stats.GetProperty("key").GetString());
        Assert.Equal(3, Assert.Single(stats.GetProperty("states").EnumerateArray()).GetProperty("consumed").GetInt64());
    }

    [Fact]
    public async Task Update_rule_counts_at_once_and_keeps_what_was_consumed()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        await app.TakeAsync("user:vip-42", 8);

        (int status, JsonElement rule) = await app.PostAsync("/admin/update-rule", """{"client_id":"vip-42","capacity":100,"refill_rate":2.5}""");

        Assert.Equal(200, status);
        Assert.Equal("""{"key":"vip-42","policy":"api","kind":"override","limits":["token_bucket(capacity=100, refill=5/2s)"]}""", rule.GetRawText());
        Assert.Equal(91, (await app.TakeAsync("user:vip-42")).Remaining);
        Assert.Equal(9, (await app.TakeAsync("user:other")).Remaining);
    }

    [Fact]
    public async Task Update_rule_leaves_the_other_limits_of_a_policy_alone()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        app.Policies.Set(new RateLimitPolicy("api", Limit.Parse("all_of(fixed_window(permits=5000, window=1d); token_bucket(capacity=10, refill=1/s))")));
        await app.TakeAsync("user:vip-42", 8);

        (_, JsonElement rule) = await app.PostAsync("/admin/update-rule", """{"client_id":"user:vip-42","capacity":20,"refill_rate":1,"policy":"api"}""");

        Assert.Equal("""["fixed_window(permits=5000, window=1d)","token_bucket(capacity=20, refill=1/s)"]""", rule.GetProperty("limits").GetRawText());
        Assert.Equal(11, (await app.TakeAsync("user:vip-42")).Remaining);
    }

    [Theory]
    [InlineData("""{"capacity":1,"refill_rate":1}""", 400, "client_id")]
    [InlineData("""{"client_id":"a","refill_rate":1}""", 400, "capacity")]
    [InlineData("""{"client_id":"a","capacity":1}""", 400, "refill_rate")]
    [InlineData("""{"client_id":"a","capacity":1,"refill_rate":-0.5}""", 400, "refill_rate")]
    [InlineData("""{"client_id":"a","capacity":1,"refill_rate":1,"more":1}""", 400, "more")]
    [InlineData("""{"client_id":"a","capacity":1,"refill_rate":1,"policy":"nope"}""", 404, null)]
    public async Task Update_rule_refuses_what_cannot_be(string json, int expected, string? field)
    {
        await using AdminApp app = await AdminApp.StartAsync();
        (int status, JsonElement problem) = await app.PostAsync("/admin/update-rule", json);
        Assert.Equal(expected, status);
        Assert.Equal(field, problem.TryGetProperty("field", out JsonElement named) ? named.GetString() : null);
    }

    [Fact]
    public async Task Lists_the_most_refused_keys()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        foreach ((string key, int times) in ((string, int)[])[("user:a", 9), ("user:b", 5), ("user:c", 1)])
        {
            for (int i = 0; i < times; i++) HeadgateServices.Of(app.Services).Refusals.Add("api", key, new Decision { DecidedBy = "api", RetryAfter = TimeSpan.FromSeconds(1) });
        }

        (_, JsonElement top) = await app.GetAsync("/admin/top?count=2");

        Assert.Equal(["api user:a 9 0", "api user:b 5 0"], top.GetProperty("keys").EnumerateArray()
            .Select(k => $"{k.GetProperty("policy")} {k.GetProperty("key")} {k.GetProperty("refusals")} {k.GetProperty("overcount")}"));
        Assert.Equal(400, (await app.GetAsync("/admin/top?count=1001")).Status);
    }

    [Fact]
    public async Task A_hundred_updates_while_a_client_is_at_work_mint_no_permit()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        long taken = 0;
        using CancellationTokenSource done = new();
        Task worker = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                if ((await app.TakeAsync("user:busy")).IsAllowed) taken++;
            }
        }, TestContext.Current.CancellationToken);

        for (int i = 0; i < 100; i++)
        {
            (int status, _) = await app.PostAsync("/admin/update-rule", $$"""{"client_id":"busy","capacity":{{(i % 2 == 0 ? 50 : 20)}},"refill_rate":1}""");
            Assert.Equal(200, status);
        }

        await done.CancelAsync();
        await worker;
        // The clock stands still: the largest capacity is all there can have been.
        Assert.InRange(taken, 1, 50);
    }

    /// <summary>Meets its own outage when it is asked, as the store on Redis does.</summary>
    private sealed class StoreThatIsAway(IRateLimitStore store, DecisionSource source) : StoreBetween(store)
    {
        public override ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => new(new Decision { IsAllowed = true, Source = source });
    }
}
