using System.Net;
using System.Text.Json;

namespace Headgate.Server.Tests.Settings;

public sealed class RuleTests
{
    private const string Login = "/api/config/tenant/acme/action/login";
    private const string Five = """{"max_requests":5,"window_duration_seconds":60}""";

    [Theory]
    [InlineData(Login)]
    [InlineData("/api/config/tenant/acme/client/vip/action/login")]
    public async Task Creates_shows_replaces_and_deletes_a_limit(string path)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await Call.SendAsync(service, "GET", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Call.SendAsync(service, "DELETE", path)).Status);

        Call created = await Call.SendAsync(service, "PUT", path, Five);
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (created.Status, created.Tag));
        Call shown = await Call.SendAsync(service, "GET", path);
        Assert.Equal((HttpStatusCode.OK, "\"1\"", """{"algorithm":"sliding_log","max_requests":5,"window_duration_seconds":60}"""), (shown.Status, shown.Tag, shown.Text));
        Assert.Equal(shown.Text, created.Text);

        Call replaced = await Call.SendAsync(service, "PUT", path, """{"max_requests":7,"window_duration_seconds":0.5,"algorithm":"token_bucket","burst":9}""");
        Assert.Equal((HttpStatusCode.OK, "\"2\"", """{"algorithm":"token_bucket","max_requests":7,"window_duration_seconds":0.5,"burst":9}"""), (replaced.Status, replaced.Tag, replaced.Text));

        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Call.SendAsync(service, "GET", path)).Status);
    }

    [Fact]
    public async Task What_was_shown_can_be_put_back_and_changes_nothing()
    {
        await using Service service = await Service.StartAsync();
        foreach (string path in new[] { Login, "/api/config/global", "/api/config/tenant/acme/client/c/action/a" })
        {
            if (path != "/api/config/global") await Call.SendAsync(service, "PUT", path, Five);
            Call shown = await Call.SendAsync(service, "GET", path);
            Call put = await Call.SendAsync(service, "PUT", path, shown.Text);
            Assert.Equal((HttpStatusCode.OK, shown.Tag, shown.Text), (put.Status, put.Tag, put.Text));
        }

        Assert.Equal(2, service.Book.Current.Version);
    }

    [Theory]
    [InlineData("sliding_log", """{"max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("sliding_log", """{"algorithm":"sliding_log","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("sliding_window", """{"algorithm":"sliding_window","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("fixed_window", """{"algorithm":"fixed_window","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("token_bucket", """{"algorithm":"token_bucket","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("token_bucket", """{"algorithm":"token_bucket","max_requests":1,"window_duration_seconds":60,"burst":3}""")]
    [InlineData("leaky_bucket", """{"algorithm":"leaky_bucket","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("concurrency", """{"algorithm":"concurrency","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("concurrency", """{"algorithm":"concurrency","max_requests":3}""")]
    [InlineData("hybrid", """{"algorithm":"hybrid","max_requests":3,"window_duration_seconds":60}""")]
    [InlineData("custom", """{"algorithm":"custom","limit":"all_of(token_bucket(capacity=3, refill=1/min); fixed_window(permits=100, window=1d))"}""")]
    public async Task Every_algorithm_is_in_force_for_the_next_request(string algorithm, string body)
    {
        await using Service service = await Service.StartAsync();
        Call put = await Call.SendAsync(service, "PUT", Login, body);
        Assert.Equal(HttpStatusCode.Created, put.Status);
        Assert.Equal(algorithm, put.Json.GetProperty("algorithm").GetString());
        for (int i = 0; i < 4; i++) Assert.Equal(i < 3, await AskAsync(service));
    }

    [Theory]
    [InlineData("sliding_log")]
    [InlineData("sliding_window")]
    [InlineData("fixed_window")]
    [InlineData("token_bucket")]
    [InlineData("leaky_bucket")]
    public async Task What_was_consumed_stays_consumed_when_numbers_change(string algorithm)
    {
        await using Service service = await Service.StartAsync();
        string Body(int permits) => $$"""{"algorithm":"{{algorithm}}","max_requests":{{permits}},"window_duration_seconds":60}""";
        await Call.SendAsync(service, "PUT", Login, Body(10));
        for (int i = 0; i < 4; i++) Assert.True(await AskAsync(service));

        // 4 of 10 are gone, so 1 of 5 is left, and of 10 again 5.
        await Call.SendAsync(service, "PUT", Login, Body(5));
        Assert.Equal((true, 0), await LeftAsync(service));
        Assert.False(await AskAsync(service));
        await Call.SendAsync(service, "PUT", Login, Body(10));
        Assert.Equal((true, 4), await LeftAsync(service));
    }

    [Fact]
    public async Task The_clients_own_limit_goes_before_the_tenants_and_both_before_the_default()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", "/api/config/global", """{"default_max_requests":7}""");
        Assert.Equal((true, 6), await LeftAsync(service));
        await Call.SendAsync(service, "PUT", Login, """{"max_requests":20,"window_duration_seconds":60}""");
        Assert.Equal((true, 18), await LeftAsync(service));
        await Call.SendAsync(service, "PUT", "/api/config/tenant/acme/client/c1/action/login", """{"max_requests":30,"window_duration_seconds":60}""");
        Assert.Equal((true, 27), await LeftAsync(service));
        await Call.SendAsync(service, "DELETE", "/api/config/tenant/acme/client/c1/action/login");
        Assert.Equal((true, 16), await LeftAsync(service));
        await Call.SendAsync(service, "DELETE", "/api/config/tenant/acme");
        Assert.Equal((true, 2), await LeftAsync(service));
    }

    private static async Task<bool> AskAsync(Service service) => (await LeftAsync(service)).Allowed;

    private static async Task<(bool Allowed, int Left)> LeftAsync(Service service)
    {
        (_, JsonElement answer) = await service.PostAsync("/api/check_and_consume", """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""");
        return (answer.GetProperty("allowed").GetBoolean(), (int)answer.GetProperty("remaining_requests").GetInt64());
    }
}
