using System.Net;
using System.Text.Json;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

public sealed class CheckTests
{
    private const string Ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task Decides_by_the_global_default_where_nothing_is_configured()
    {
        await using Service service = await Service.StartAsync();
        for (int left = 99; left >= 0; left--)
        {
            (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(answer.GetProperty("allowed").GetBoolean());
            Assert.Equal(left, answer.GetProperty("remaining_requests").GetInt64());
            Assert.Equal("processed", answer.GetProperty("status").GetString());
        }

        (_, JsonElement denied) = await service.PostAsync("/api/check_and_consume", Ask);
        Assert.False(denied.GetProperty("allowed").GetBoolean());
        Assert.Equal(60, denied.GetProperty("retry_after_seconds").GetDecimal());
    }

    [Fact]
    public async Task Answers_the_five_fields_exactly_and_nothing_else()
    {
        await using Service service = await Service.StartAsync();
        service.Clock.AdvanceMicros(250_001);
        const string ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login","max_requests":2,"window_duration_seconds":0.1}""";
        Assert.Equal("""{"allowed":true,"remaining_requests":1,"reset_time_seconds":1767225600.350001,"retry_after_seconds":0,"status":"processed"}""", await RawAsync(service, ask));
        await service.PostAsync("/api/check_and_consume", ask);
        service.Clock.AdvanceMicros(30_000);
        Assert.Equal("""{"allowed":false,"remaining_requests":0,"reset_time_seconds":1767225600.350001,"retry_after_seconds":0.07,"status":"processed"}""", await RawAsync(service, ask));
    }

    [Fact]
    public async Task Says_null_where_no_wait_helps()
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask.Replace("}", ",\"cost\":101}", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("retry_after_seconds").ValueKind);
        Assert.Equal(100, answer.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task A_cost_of_0_looks_and_takes_nothing()
    {
        await using Service service = await Service.StartAsync();
        (_, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask.Replace("}", ",\"cost\":0}", StringComparison.Ordinal));
        Assert.True(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal(100, answer.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task A_leaky_bucket_says_how_long_to_hold_the_work()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("acme", "login", ActionRule.Create(Algorithm.LeakyBucket, 1, TimeSpan.FromSeconds(1), 10));
        (_, JsonElement first) = await service.PostAsync("/api/check_and_consume", Ask);
        Assert.False(first.TryGetProperty("delay_seconds", out _));
        (_, JsonElement second) = await service.PostAsync("/api/check_and_consume", Ask);
        Assert.Equal(1, second.GetProperty("delay_seconds").GetDecimal());
    }

    [Fact]
    public async Task The_clients_own_limit_wins_over_the_tenants_that_over_the_requests_and_that_over_the_default()
    {
        await using Service service = await Service.StartAsync();
        const string ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login","max_requests":7}""";
        Assert.Equal(("default", 100), await LimitAsync("/api/status/acme/c1/login"));
        Assert.Equal(("request", 7), await LimitAsync("/api/status/acme/c1/login?max_requests=7"));
        Assert.Equal(("request", 100), await LimitAsync("/api/status/acme/c1/login?window_duration_seconds=0.5"));
        await service.SetAsync("acme", "login", Rules.Log(5));
        Assert.Equal(("tenant", 5), await LimitAsync("/api/status/acme/c1/login?max_requests=7"));
        await service.SetAsync("acme", "c1", "login", Rules.Log(3));
        Assert.Equal(("client", 3), await LimitAsync("/api/status/acme/c1/login?max_requests=7"));
        Assert.Equal(("tenant", 5), await LimitAsync("/api/status/acme/c2/login"));
        Assert.Equal(("default", 100), await LimitAsync("/api/status/other/c1/login"));
        // What is decided is what the status says, and a caller does not raise its own limit.
        for (int left = 2; left >= 0; left--) Assert.Equal(left, (await service.PostAsync("/api/check_and_consume", ask)).Body.GetProperty("remaining_requests").GetInt64());
        Assert.False((await service.PostAsync("/api/check_and_consume", ask)).Body.GetProperty("allowed").GetBoolean());

        async Task<(string?, long)> LimitAsync(string path)
        {
            (HttpStatusCode status, JsonElement answer) = await service.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, status);
            return (answer.GetProperty("limit_source").GetString(), answer.GetProperty("limit").GetInt64());
        }
    }

    [Fact]
    public async Task What_was_consumed_stays_consumed_when_the_numbers_change()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("acme", "login", Rules.Log(10));
        for (int i = 0; i < 4; i++) await service.PostAsync("/api/check_and_consume", Ask);
        await service.SetAsync("acme", "login", Rules.Log(5));
        Assert.Equal(0, (await service.PostAsync("/api/check_and_consume", Ask)).Body.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task A_default_that_makes_no_sliding_log_must_not_be_filled_in()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync(NodeAddress.Global, new GlobalSettings { DefaultRule = ActionRule.Create(Algorithm.FixedWindow, 5_000_000, TimeSpan.FromDays(1)) });
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask.Replace("}", ",\"window_duration_seconds\":5}", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("max_requests", answer.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Two_hundred_callers_at_once_get_exactly_a_hundred()
    {
        await using Service service = await Service.StartAsync();
        bool[] allowed = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => (await service.PostAsync("/api/check_and_consume", Ask)).Body.GetProperty("allowed").GetBoolean()));
        Assert.Equal(100, allowed.Count(one => one));
    }

    [Fact]
    public async Task No_two_tenants_clients_or_actions_share_a_state()
    {
        await using Service service = await Service.StartAsync();
        string[] ids = ["a", "1:a", "a\t", "\ta", "a/b", "a%2Fb", "\"", "\n", "ä", "a\u0308", "A", "0", " ", "\\", "{a}", "😀", ".."];
        HashSet<(string, string, string)> seen = [];
        foreach (string tenant in ids)
        {
            foreach (string client in ids)
            {
                string action = ids[seen.Count % ids.Length];
                string body = JsonSerializer.Serialize(new Dictionary<string, object> { ["tenant_id"] = tenant, ["client_id"] = client, ["action_type"] = action, ["max_requests"] = 1 });
                (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", body);
                Assert.Equal(HttpStatusCode.OK, status);
                Assert.True(answer.GetProperty("allowed").GetBoolean());
                Assert.True(seen.Add((tenant, client, action)));
            }
        }
    }

    private static async Task<string> RawAsync(Service service, string body)
    {
        using StringContent content = new(body, null, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync("/api/check_and_consume", content);
        Assert.NotNull(response.Content.Headers.ContentLength);
        return await response.Content.ReadAsStringAsync();
    }
}
