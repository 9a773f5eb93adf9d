using System.Net;
using System.Text.Json;

namespace Headgate.Server.Tests.Fleet;

/// <summary>What is configured on one instance holds on the others within a second.</summary>
public sealed class SharedConfigurationTests
{
    private const string Rule = "/api/config/tenant/acme/action/login";
    private const int Rounds = 15;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory(Timeout = 240_000)]
    [InlineData("HEADGATE_TEST_REDIS")]
    [InlineData("HEADGATE_TEST_REDIS_CLUSTER")]
    public async Task A_change_on_one_instance_is_followed_by_the_others(string variable)
    {
        await using Instances fleet = await Instances.StartAsync(SharedLimitTests.Redis(variable), TimeSpan.FromSeconds(30));
        List<TimeSpan> delays = [];
        for (int round = 1; round <= Rounds; round++)
        {
            (HttpStatusCode status, JsonElement answer) = await fleet[round % 3].PutAsync(Rule, $$"""{"max_requests":{{round}},"window_duration_seconds":60}""");
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.Created, answer.ToString());
            long made = TimeProvider.System.GetTimestamp();
            await Task.WhenAll(fleet.All.Select(one => Soon.UntilAsync(async () => await LimitOfAsync(one) == round)));
            delays.Add(TimeProvider.System.GetElapsedTime(made));
            // And it decides: a client of which nothing was heard yet has as many as were just set, wherever it asks.
            foreach (Service one in fleet.All)
            {
                JsonElement look = (await one.GetAsync($"/api/status/acme/new-{round}/login")).Body;
                Assert.Equal(round, look.GetProperty("remaining_requests").GetInt64());
            }
        }

        // A busy machine may hold up a round; it does not hold up most of them.
        Assert.True(delays.Order().ElementAt(Rounds / 2) <= Second, $"the others followed after {string.Join(", ", delays.Select(delay => $"{delay.TotalMilliseconds:f0} ms"))}");
    }

    /// <summary>Two editors on two instances: one of them is told.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Of_two_changes_against_one_version_one_is_made()
    {
        await using Instances fleet = await Instances.StartAsync(SharedLimitTests.Redis("HEADGATE_TEST_REDIS"), TimeSpan.FromSeconds(30));
        for (int round = 1; round <= 5; round++)
        {
            string path = $"/api/config/tenant/acme/action/a{round}";
            (HttpStatusCode Status, JsonElement Body)[] answers = await Task.WhenAll(fleet.All.Select((one, i) =>
                one.SendAsync(HttpMethod.Put, path, $$"""{"max_requests":{{i + 1}},"window_duration_seconds":60}""", ("If-None-Match", "*"))));
            int made = Assert.Single(Enumerable.Range(0, answers.Length), i => answers[i].Status == HttpStatusCode.Created);
            Assert.Equal(answers.Length - 1, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
            foreach (Service one in fleet.All)
                await Soon.UntilAsync(async () => (await one.GetAsync(path)) is { Status: HttpStatusCode.OK } read && read.Body.GetProperty("max_requests").GetInt32() == made + 1);
        }
    }

    /// <summary>The positive control: instances that share nothing do not follow.</summary>
    [Fact]
    public async Task Instances_that_share_nothing_do_not_follow()
    {
        await using Instances strangers = await Instances.StartAsync(null, Second);
        await strangers[0].PutAsync(Rule, """{"max_requests":7,"window_duration_seconds":60}""");
        Assert.Equal(7, await LimitOfAsync(strangers[0]));
        Assert.Null(await LimitOfAsync(strangers[1]));
    }

    private static async Task<long?> LimitOfAsync(Service one)
    {
        (HttpStatusCode status, JsonElement rule) = await one.GetAsync(Rule);
        return status == HttpStatusCode.OK ? rule.GetProperty("max_requests").GetInt64() : null;
    }
}
