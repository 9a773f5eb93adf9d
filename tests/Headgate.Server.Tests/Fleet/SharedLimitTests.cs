using System.Net;
using System.Text.Json;
using StackExchange.Redis;

namespace Headgate.Server.Tests.Fleet;

/// <summary>However callers spread over the instances of a fleet, a limit of 100 admits exactly 100, by every algorithm, on one Redis and on a cluster.</summary>
public sealed class SharedLimitTests
{
    private const int Callers = 200;
    private const int Permits = 100;

    /// <summary>Nothing flows back meanwhile, and no window of it ends before 2029.</summary>
    private const int LongSeconds = 3650 * 86_400;

    /// <summary>Nobody is to be answered by a failure mode on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string, string> Algorithms
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string redis in (string[])["HEADGATE_TEST_REDIS", "HEADGATE_TEST_REDIS_CLUSTER"])
            {
                foreach (string algorithm in (string[])["sliding_log", "sliding_window", "fixed_window", "token_bucket", "leaky_bucket", "concurrency", "hybrid", "custom"])
                    rows.Add(redis, algorithm);
            }

            return rows;
        }
    }

    [Theory(Timeout = 120_000), MemberData(nameof(Algorithms))]
    public async Task Three_instances_admit_exactly_the_limit(string variable, string algorithm)
    {
        await using Instances fleet = await Instances.StartAsync(Redis(variable), Patience);
        await fleet.PutAsync("/api/config/tenant/acme/action/login", Rule(algorithm));
        long[] left = await AdmittedAsync(fleet, "ann");
        Assert.Equal(Enumerable.Range(0, Permits).Select(n => (long)n), left.Order());
        // Another client has a limit of its own.
        Assert.Equal(Permits, (await AdmittedAsync(fleet, "bob")).Length);
    }

    /// <summary>The positive control: instances that share nothing admit more, and the count says so.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Instances_that_share_nothing_are_found_out()
    {
        await using Instances strangers = await Instances.StartAsync(null, Patience);
        await strangers.PutAsync("/api/config/tenant/acme/action/login", Rule("sliding_log"));
        Assert.Equal(Callers, (await AdmittedAsync(strangers, "ann")).Length);
    }

    /// <summary>A Redis that loses everything under load: what it counted is lost, and nothing else happens.</summary>
    [Fact(Timeout = 120_000)]
    public async Task After_a_flush_the_limit_begins_anew_and_is_exact_again()
    {
        await using Headgate.Redis.Tests.Servers.RedisProcess redis = await Headgate.Redis.Tests.Servers.RedisProcess.StartAsync();
        await using Instances fleet = await Instances.StartAsync(redis.Configuration, Patience);
        await fleet.PutAsync("/api/config/tenant/acme/action/login", Rule("sliding_log"));
        Assert.Equal(Permits, (await AdmittedAsync(fleet, "ann")).Length);
        await redis.CliAsync("FLUSHALL");
        await redis.CliAsync("SCRIPT", "FLUSH");
        // A denial that an instance remembers is asked for again within a second.
        await Soon.UntilAsync(async () =>
        {
            bool[] forgotten = await Task.WhenAll(fleet.All.Select(async one =>
                (await one.PostAsync("/api/check_and_consume", Question("ann", cost: 0))).Body.GetProperty("remaining_requests").GetInt64() == Permits));
            return forgotten.All(one => one);
        });
        Assert.Equal(Permits, (await AdmittedAsync(fleet, "bob")).Length);
    }

    /// <summary>What was left after each admission.</summary>
    private static async Task<long[]> AdmittedAsync(Instances fleet, string client)
    {
        (HttpStatusCode Status, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, Callers)
            .Select(caller => Task.Run(() => fleet[caller % fleet.All.Count].PostAsync("/api/check_and_consume", Question(client)))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.All(answers, answer => Assert.False(answer.Body.TryGetProperty("source", out JsonElement source) && source.GetString() != "deny_cache", answer.Body.ToString()));
        return [.. answers.Where(answer => answer.Body.GetProperty("allowed").GetBoolean()).Select(answer => answer.Body.GetProperty("remaining_requests").GetInt64())];
    }

    private static string Question(string client, int cost = 1) => $$"""{"tenant_id":"acme","client_id":"{{client}}","action_type":"login","cost":{{cost}}}""";

    private static string Rule(string algorithm) => algorithm == "custom"
        ? $$"""{"algorithm":"custom","limit":"all_of(token_bucket(capacity={{Permits}}, refill=1/100d); fixed_window(permits={{Permits}}, window=3650d))"}"""
        : $$"""{"algorithm":"{{algorithm}}","max_requests":{{Permits}},"window_duration_seconds":{{LongSeconds}}}""";

    public static string Redis(string variable)
    {
        string servers = Environment.GetEnvironmentVariable(variable)
            ?? throw new InvalidOperationException($"{variable} is not set, so there is no Redis to share a limit on. Run ./test, which starts one.");
        return ConfigurationOptions.Parse(servers).EndPoints.Count > 0 ? servers : throw new InvalidOperationException($"{variable} names no server.");
    }
}
