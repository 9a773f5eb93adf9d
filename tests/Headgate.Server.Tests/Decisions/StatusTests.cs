using System.Net;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Decisions;

public sealed class StatusTests
{
    [Fact]
    public async Task Tells_what_a_check_would_be_answered_and_consumes_nothing()
    {
        await using Service service = await Service.StartAsync();
        await service.SetAsync("acme", "login", ActionRule.Create(Algorithm.TokenBucket, 1, TimeSpan.FromSeconds(1), 3));
        await service.PostAsync("/api/check_and_consume", """{"tenant_id":"acme","client_id":"c1","action_type":"login","cost":2}""");
        for (int i = 0; i < 3; i++)
        {
            (HttpStatusCode status, JsonElement answer) = await service.GetAsync("/api/status/acme/c1/login?cost=2");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(
                """{"allowed":false,"remaining_requests":1,"reset_time_seconds":1767225602,"retry_after_seconds":1,"status":"processed","limit":3,"algorithm":"token_bucket","limit_source":"tenant"}""",
                answer.GetRawText());
        }
    }

    [Theory]
    [InlineData("a/b", "c/d", "e/f")]
    [InlineData("a%2Fb", "c%252Fd", "%2F")]
    [InlineData("\"'\r\n", "ä中😀", " + ?&=#;")]
    public async Task Ids_may_be_any_text(string tenant, string client, string action)
    {
        await using Service service = await Service.StartAsync();
        string body = JsonSerializer.Serialize(new Dictionary<string, object> { ["tenant_id"] = tenant, ["client_id"] = client, ["action_type"] = action, ["cost"] = 41 });
        await service.PostAsync("/api/check_and_consume", body);
        (HttpStatusCode status, JsonElement answer) = await service.GetAsync($"/api/status/{Uri.EscapeDataString(tenant)}/{Uri.EscapeDataString(client)}/{Uri.EscapeDataString(action)}");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(59, answer.GetProperty("remaining_requests").GetInt64());
    }

    [Theory]
    [InlineData("?max_requests=0", "max_requests")]
    [InlineData("?max_requests=abc", "max_requests")]
    [InlineData("?max_requests=", "max_requests")]
    [InlineData("?max_requests=1&max_requests=2", "max_requests")]
    [InlineData("?window_duration_seconds=-1", "window_duration_seconds")]
    [InlineData("?window_duration_seconds=0.0000001", "window_duration_seconds")]
    [InlineData("?cost=1.5", "cost")]
    [InlineData("?cost=%FF", "cost")]
    [InlineData("?coast=1", "coast")]
    public async Task A_wrong_query_is_refused_by_name(string query, string field)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement problem) = await service.GetAsync("/api/status/acme/c1/login" + query);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("/api/status/acme/c1", 404)]
    [InlineData("/api/status/acme/c1/", 404)]
    [InlineData("/api/status/acme/c1/login/", 400)]
    [InlineData("/api/status/acme/%FF/login", 400)]
    public async Task A_path_that_is_none_is_refused(string path, int status)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(status, (int)(await service.GetAsync(path)).Status);
    }
}
