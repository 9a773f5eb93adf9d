using System.Net;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

public sealed class BatchTests
{
    private const string Path = "/api/check_and_consume/batch";

    [Fact]
    public async Task Answers_in_the_order_of_the_items_with_errors_in_their_places()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("b", "x", Rules.Log(1));
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync(Path, """
            {"items":[
              {"tenant_id":"a","client_id":"c","action_type":"x","cost":3},
              {"tenant_id":"b","client_id":"c","action_type":"x"},
              {"tenant_id":"a","client_id":"c"},
              {"tenant_id":"b","client_id":"c","action_type":"x"},
              7,
              {"tenant_id":"a","client_id":"c","action_type":"x","cost":{"deep":[1]},"zzz":1},
              {"tenant_id":"a","client_id":"c","action_type":"x"}]}
            """);
        Assert.Equal(HttpStatusCode.OK, status);
        JsonElement[] results = [.. answer.GetProperty("results").EnumerateArray()];
        Assert.Equal(7, results.Length);
        Assert.Equal(97, results[0].GetProperty("remaining_requests").GetInt64());
        Assert.True(results[1].GetProperty("allowed").GetBoolean());
        Assert.Equal(("action_type", 400), ErrorOf(results[2]));
        Assert.False(results[3].GetProperty("allowed").GetBoolean());
        Assert.Equal((null, 400), ErrorOf(results[4]));
        Assert.Equal(("cost", 400), ErrorOf(results[5]));
        Assert.Equal(96, results[6].GetProperty("remaining_requests").GetInt64());

        static (string?, int) ErrorOf(JsonElement result)
        {
            JsonElement error = result.GetProperty("error");
            return (error.TryGetProperty("field", out JsonElement field) ? field.GetString() : null, error.GetProperty("status").GetInt32());
        }
    }

    [Fact]
    public async Task A_list_without_an_object_around_it_is_answered_by_one()
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync(Path, """[{"tenant_id":"a","client_id":"c","action_type":"x"}]""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""[{"allowed":true,"remaining_requests":99,"reset_time_seconds":1767225660,"retry_after_seconds":0,"status":"processed"}]""", answer.GetRawText());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("""{"items":[]}""")]
    [InlineData("""{"items":{}}""")]
    [InlineData("""{"items":null}""")]
    [InlineData("""{"items":[{}],"items":[{}]}""")]
    [InlineData("""{"items":[{}],"other":1}""")]
    [InlineData("""{"items":[{}""")]
    public async Task What_is_no_batch_is_refused_as_a_whole(string body)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await service.PostAsync(Path, body)).Status);
    }

    [Theory]
    [InlineData(1, 200)]
    [InlineData(1_000, 200)]
    [InlineData(1_001, 400)]
    public async Task It_has_1_to_1000_items(int count, int status)
    {
        await using Service service = await Service.StartAsync();
        string items = string.Join(",", Enumerable.Range(0, count).Select(i => $$"""{"tenant_id":"t{{i % 7}}","client_id":"c{{i}}","action_type":"x","max_requests":{{i + 1}}}"""));
        (HttpStatusCode answered, JsonElement answer) = await service.PostAsync(Path, $$"""{"items":[{{items}}]}""");
        Assert.Equal(status, (int)answered);
        if (status != 200) return;
        JsonElement[] results = [.. answer.GetProperty("results").EnumerateArray()];
        for (int i = 0; i < count; i++) Assert.Equal(i, results[i].GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task Its_body_has_1_MiB_at_most()
    {
        await using Service service = await Service.StartAsync();
        const string one = """[{"tenant_id":"a","client_id":"c","action_type":"x"}]""";
        Assert.Equal(HttpStatusCode.OK, (await service.PostAsync(Path, one + new string(' ', (1024 * 1024) - one.Length))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await service.PostAsync(Path, one + new string(' ', (1024 * 1024) + 1 - one.Length))).Status);
    }

    [Fact]
    public async Task Twenty_batches_at_once_of_ten_items_each_get_exactly_a_hundred()
    {
        await using Service service = await Service.StartAsync();
        string body = $"[{string.Join(",", Enumerable.Repeat("""{"tenant_id":"a","client_id":"c","action_type":"x"}""", 10))}]";
        (HttpStatusCode, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.PostAsync(Path, body)));
        Assert.Equal(100, answers.Sum(answer => answer.Body.EnumerateArray().Count(one => one.GetProperty("allowed").GetBoolean())));
    }

    [Fact]
    public async Task An_item_may_hold_permits()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("a", "x", ActionRule.Create(Algorithm.Concurrency, 1, TimeSpan.FromSeconds(30)));
        (_, JsonElement answer) = await service.PostAsync(Path, """[{"tenant_id":"a","client_id":"c","action_type":"x"},{"tenant_id":"a","client_id":"c","action_type":"x"}]""");
        string lease = answer[0].GetProperty("lease_id").GetString()!;
        Assert.False(answer[1].GetProperty("allowed").GetBoolean());
        (_, JsonElement released) = await service.PostAsync("/api/release", $$"""{"tenant_id":"a","client_id":"c","action_type":"x","lease_id":"{{lease}}"}""");
        Assert.True(released.GetProperty("released").GetBoolean());
    }
}
