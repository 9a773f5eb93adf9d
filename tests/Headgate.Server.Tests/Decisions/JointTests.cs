using System.Net;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

public sealed class JointTests
{
    private const string Path = "/api/check_and_consume/all";

    [Fact]
    public async Task Takes_all_or_none_and_names_who_refused()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", Rules.Log(10));
        await service.SetAsync("a", "y", Rules.Log(2, 30));
        const string ask = """{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x","cost":3},{"action_type":"y"}]}""";
        Assert.Equal(
            """{"allowed":true,"remaining_requests":1,"reset_time_seconds":1767225660,"retry_after_seconds":0,"status":"processed"}""",
            (await service.PostAsync(Path, ask)).Body.GetRawText());
        await service.PostAsync(Path, ask.Replace("actions", "items", StringComparison.Ordinal));
        (HttpStatusCode status, JsonElement denied) = await service.PostAsync(Path, ask);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """{"allowed":false,"remaining_requests":0,"reset_time_seconds":1767225660,"retry_after_seconds":30,"status":"processed","denied_by":["y"]}""",
            denied.GetRawText());
        // The refused one took nothing of x.
        Assert.Equal(4, (await service.GetAsync("/api/status/a/c/x")).Body.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task An_action_that_is_there_twice_is_charged_for_both()
    {
        await using Service service = await Service.StartAsync();
        (_, JsonElement answer) = await service.PostAsync(Path, """{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x","cost":60},{"action_type":"x","cost":60}]}""");
        Assert.False(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("retry_after_seconds").ValueKind);
        Assert.Equal(["x"], answer.GetProperty("denied_by").EnumerateArray().Select(one => one.GetString()));
    }

    [Fact]
    public async Task Each_action_may_have_a_client_of_its_own()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "everybody", "x", Rules.Log(3));
        const string ask = """{"tenant_id":"a","actions":[{"action_type":"x","client_id":"CLIENT"},{"action_type":"x","client_id":"everybody"}]}""";
        for (int i = 0; i < 3; i++) Assert.True(await AllowedAsync($"c{i}"));
        Assert.False(await AllowedAsync("c4"));
        Assert.Equal(100, (await service.GetAsync("/api/status/a/c4/x")).Body.GetProperty("remaining_requests").GetInt64());

        async Task<bool> AllowedAsync(string client) =>
            (await service.PostAsync(Path, ask.Replace("CLIENT", client, StringComparison.Ordinal))).Body.GetProperty("allowed").GetBoolean();
    }

    [Theory]
    [InlineData("""{"client_id":"c","actions":[{"action_type":"x"}]}""", "tenant_id")]
    [InlineData("""{"tenant_id":"a","client_id":"c"}""", "actions")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":[]}""", "actions")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":"x"}""", "actions")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":["x"]}""", null)]
    [InlineData("""{"tenant_id":"a","actions":[{"action_type":"x"}]}""", "client_id")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x"},{"cost":1}]}""", "actions[1].action_type")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x","tenant_id":"b"}]}""", "actions[0].tenant_id")]
    [InlineData("""{"tenant_id":"a","client_id":"c","items":[{"action_type":"x","cost":-1}]}""", "items[0].cost")]
    [InlineData("""{"tenant_id":"a","client_id":"c","items":[{"action_type":"x"}],"actions":[{"action_type":"x"}]}""", "actions")]
    [InlineData("""{"tenant_id":"a","client_id":"c","cost":2,"actions":[{"action_type":"x"}]}""", "cost")]
    [InlineData("""{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x","max_requests":1},{"action_type":"x","max_requests":2}]}""", "action_type")]
    public async Task What_is_wrong_is_named(string body, string? field)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement problem) = await service.PostAsync(Path, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem.TryGetProperty("field", out JsonElement found) ? found.GetString() : null);
    }

    [Theory]
    [InlineData(32, 1, 200)]
    [InlineData(33, 1, 400)]
    [InlineData(32, 2, 200)]
    [InlineData(22, 3, 400)]
    public async Task It_has_32_actions_and_64_parts_at_most(int actions, int parts, int status)
    {
        await using Service service = await Service.StartAsync();
        string limit = $"all_of({string.Join("; ", Enumerable.Range(1, parts).Select(i => $"fixed_window(permits={i}, window=1d)"))})";
        await service.SetAsync(Headgate.Server.Changes.NodeAddress.Global, new GlobalSettings { DefaultRule = ActionRule.Custom(limit) });
        string list = string.Join(",", Enumerable.Range(0, actions).Select(i => $$"""{"action_type":"x{{i}}"}"""));
        Assert.Equal(status, (int)(await service.PostAsync(Path, $$"""{"tenant_id":"a","client_id":"c","actions":[{{list}}]}""")).Status);
    }

    [Fact]
    public async Task Callers_at_once_over_two_limits_get_exactly_the_smaller()
    {
        await using Service service = await Service.StartAsync();
        const string ask = """{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x"},{"action_type":"y","max_requests":40}]}""";
        (HttpStatusCode, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => service.PostAsync(Path, ask)));
        Assert.Equal(40, answers.Count(answer => answer.Body.GetProperty("allowed").GetBoolean()));
        Assert.Equal(60, (await service.GetAsync("/api/status/a/c/x")).Body.GetProperty("remaining_requests").GetInt64());
    }
}
