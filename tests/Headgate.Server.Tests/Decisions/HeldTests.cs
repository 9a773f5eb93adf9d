using System.Net;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

public sealed class HeldTests
{
    private const string Ask = """{"tenant_id":"a","client_id":"c","action_type":"x"}""";

    private static readonly ActionRule Two = ActionRule.Create(Algorithm.Concurrency, 2, TimeSpan.FromSeconds(30));

    [Fact]
    public async Task A_permit_is_held_until_it_is_released_once()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", Two);
        string first = await EnterAsync(service) ?? "";
        Assert.NotNull(await EnterAsync(service));
        Assert.Null(await EnterAsync(service));
        Assert.True(await SendAsync(service, "release", first));
        Assert.False(await SendAsync(service, "release", first));
        Assert.NotNull(await EnterAsync(service));
        Assert.Null(await EnterAsync(service));
    }

    [Fact]
    public async Task A_permit_ends_with_its_lease_time_unless_it_is_renewed()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", Two);
        string kept = (await EnterAsync(service))!;
        string lost = (await EnterAsync(service))!;
        service.Clock.Advance(TimeSpan.FromSeconds(29));
        Assert.True(await SendAsync(service, "renew", kept));
        service.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(await SendAsync(service, "renew", lost));
        Assert.False(await SendAsync(service, "release", lost));
        Assert.NotNull(await EnterAsync(service));
        Assert.Null(await EnterAsync(service));
        Assert.True(await SendAsync(service, "release", kept));
    }

    [Fact]
    public async Task A_release_counts_after_the_rule_has_changed_its_numbers_its_owner_or_its_kind()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", Two);
        string first = (await EnterAsync(service))!, second = (await EnterAsync(service))!;
        await service.SetAsync("a", "x", ActionRule.Create(Algorithm.Concurrency, 1, TimeSpan.FromSeconds(10)));
        await service.SetAsync("a", "c", "x", ActionRule.Create(Algorithm.Concurrency, 3, TimeSpan.FromSeconds(10)));
        Assert.True(await SendAsync(service, "release", first));
        await service.SetAsync("a", "c", "x", null);
        await service.SetAsync("a", "x", Rules.Log(5));
        Assert.True(await SendAsync(service, "release", second));
        Assert.False(await SendAsync(service, "release", second));
    }

    [Fact]
    public async Task A_lease_is_good_for_its_own_tenant_client_and_action_alone()
    {
        await using Service service = await Service.StartAsync();
        foreach ((string tenant, string action) in new[] { ("a", "x"), ("b", "x"), ("a", "y") }) await service.SetAsync(tenant, action, Two);
        string lease = (await EnterAsync(service))!;
        foreach ((string tenant, string client, string action) in new[] { ("b", "c", "x"), ("a", "d", "x"), ("a", "c", "y") })
        {
            Assert.False(await SendAsync(service, "release", lease, tenant, client, action));
            Assert.False(await SendAsync(service, "renew", lease, tenant, client, action));
        }

        Assert.True(await SendAsync(service, "release", lease));
    }

    [Fact]
    public async Task Permits_of_a_limit_with_several_parts_are_held_by_one_lease()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", ActionRule.Custom("all_of(concurrency(permits=1, lease=30s); fixed_window(permits=3, window=1h))"));
        string lease = (await EnterAsync(service))!;
        Assert.Null(await EnterAsync(service));
        Assert.True(await SendAsync(service, "renew", lease));
        Assert.True(await SendAsync(service, "release", lease));
        Assert.NotNull(await EnterAsync(service));
    }

    [Fact]
    public async Task A_list_that_was_one_decision_is_held_by_one_lease()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", Two);
        await service.SetAsync("a", "y", ActionRule.Create(Algorithm.Concurrency, 1, TimeSpan.FromSeconds(30)));
        const string list = "\"tenant_id\":\"a\",\"client_id\":\"c\",\"actions\":[{\"action_type\":\"x\"},{\"action_type\":\"y\"},{\"action_type\":\"z\"}]";
        (_, JsonElement answer) = await service.PostAsync("/api/check_and_consume/all", $"{{{list.Replace("},", ",\"cost\":1},", StringComparison.Ordinal)}}}");
        string lease = answer.GetProperty("lease_id").GetString()!;
        Assert.False((await service.PostAsync("/api/check_and_consume/all", $"{{{list}}}")).Body.GetProperty("allowed").GetBoolean());
        Assert.True((await service.PostAsync("/api/renew", $"{{{list},\"lease_id\":\"{lease}\"}}")).Body.GetProperty("renewed").GetBoolean());
        Assert.True((await service.PostAsync("/api/release", $"{{{list},\"lease_id\":\"{lease}\"}}")).Body.GetProperty("released").GetBoolean());
        Assert.Equal(2, (await service.GetAsync("/api/status/a/c/x")).Body.GetProperty("remaining_requests").GetInt64());
        Assert.Equal(1, (await service.GetAsync("/api/status/a/c/y")).Body.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task No_two_leases_look_alike()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", ActionRule.Create(Algorithm.Concurrency, 100, TimeSpan.FromSeconds(30)));
        List<string> leases = [];
        for (int i = 0; i < 50; i++) leases.Add((await EnterAsync(service))!);
        Assert.All(leases, lease => Assert.Matches("^[0-9a-f]{32}$", lease));
        // Half of them: not a process's number with a count behind it.
        Assert.Equal(50, leases.Select(lease => lease[..16]).Distinct().Count());
        Assert.Equal(50, leases.Select(lease => lease[16..]).Distinct().Count());
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("\"00000000000000000000000000000000\"")]
    [InlineData("\"+123456789012345678901234567890a\"")]
    [InlineData("\"xyz\"")]
    [InlineData("null")]
    public async Task What_is_no_lease_is_refused(string lease)
    {
        await using Service service = await Service.StartAsync();
        foreach (string route in new[] { "release", "renew" })
        {
            (HttpStatusCode status, JsonElement problem) = await service.PostAsync($"/api/{route}", Ask.Replace("}", $",\"lease_id\":{lease}}}", StringComparison.Ordinal));
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Equal("lease_id", problem.GetProperty("field").GetString());
        }
    }

    private static async Task<string?> EnterAsync(Service service)
    {
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", Ask);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(answer.GetProperty("allowed").GetBoolean(), answer.TryGetProperty("lease_id", out JsonElement lease));
        return lease.ValueKind == JsonValueKind.String ? lease.GetString() : null;
    }

    private static async Task<bool> SendAsync(Service service, string route, string lease, string tenant = "a", string client = "c", string action = "x")
    {
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync($"/api/{route}",
            $$"""{"tenant_id":"{{tenant}}","client_id":"{{client}}","action_type":"{{action}}","lease_id":"{{lease}}"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        return answer.GetProperty(route == "renew" ? "renewed" : "released").GetBoolean();
    }
}
