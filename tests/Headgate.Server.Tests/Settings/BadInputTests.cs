using System.Net;

namespace Headgate.Server.Tests.Settings;

public sealed class BadInputTests
{
    private const string Login = "/api/config/tenant/acme/action/login";

    public static TheoryData<string, string, string> Numbers()
    {
        string[] absurd = ["1e999", "-1e999", "-1", "0", "1.5", "\"5\"", "null", "9223372036854775808", "-9223372036854775809", "true", "[]", "[1]", "{}", "1e-30", "123456789012345678901234567890123", "0.00000001"];
        TheoryData<string, string, string> cases = [];
        foreach (string number in absurd)
        {
            cases.Add(Login, "max_requests", $$"""{"max_requests":{{number}},"window_duration_seconds":60}""");
            cases.Add("/api/config/tenant/acme/client/c/action/a", "max_requests", $$"""{"max_requests":{{number}},"window_duration_seconds":60}""");
            if (number != "1.5") cases.Add(Login, "window_duration_seconds", $$"""{"max_requests":5,"window_duration_seconds":{{number}}}""");
            if (number is "null") continue;
            cases.Add(Login, "burst", $$"""{"algorithm":"token_bucket","max_requests":5,"window_duration_seconds":60,"burst":{{number}}}""");
            cases.Add("/api/config/global", "max_global_concurrent_requests", $$"""{"max_global_concurrent_requests":{{number}}}""");
            cases.Add("/api/config/tenant/acme", "weight", $$"""{"weight":{{number}}}""");
            if (number is not "1.5") cases.Add("/api/config/global", "queue_timeout_seconds", $$"""{"queue_timeout_seconds":{{number}}}""");
            if (number is "0") continue;
            cases.Add("/api/config/global", "max_tenant_queue_size", $$"""{"max_tenant_queue_size":{{number}}}""");
            cases.Add("/api/config/tenant/acme", "max_queue_size", $$"""{"max_queue_size":{{number}}}""");
        }

        cases.Add(Login, "window_duration_seconds", """{"max_requests":5,"window_duration_seconds":3155760001}""");
        cases.Add(Login, "window_duration_seconds", """{"max_requests":5}""");
        cases.Add(Login, "max_requests", """{"max_requests":1000001,"window_duration_seconds":60}""");
        cases.Add(Login, "burst", """{"max_requests":5,"window_duration_seconds":60,"burst":9}""");
        cases.Add(Login, "algorithm", """{"max_requests":5,"window_duration_seconds":60,"algorithm":"sliding"}""");
        cases.Add(Login, "algorithm", """{"max_requests":5,"window_duration_seconds":60,"algorithm":7}""");
        cases.Add(Login, "limit", """{"algorithm":"custom"}""");
        cases.Add(Login, "limit", """{"algorithm":"custom","limit":"token_bucket(capacity=0, refill=1/s)"}""");
        cases.Add(Login, "limit", """{"max_requests":5,"window_duration_seconds":60,"limit":"fixed_window(permits=1, window=1s)"}""");
        cases.Add(Login, "max_request", """{"max_request":5,"max_requests":5,"window_duration_seconds":60}""");
        cases.Add("/api/config/global", "max_tenants", """{"max_tenants":5}""");
        cases.Add("/api/config/global", "queue_timeout_seconds", """{"queue_timeout_seconds":3601}""");
        cases.Add("/api/config/global", "on_store_failure", """{"on_store_failure":"maybe"}""");
        cases.Add("/api/config/global", "max_global_concurrent_requests", """{"max_global_concurrent_requests":100001}""");
        cases.Add("/api/config/tenant/acme", "weight", """{"weight":1001}""");
        cases.Add("/api/config/tenant/acme", "actions", """{"actions":{}}""");
        return cases;
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Names_the_field_that_is_wrong_and_changes_nothing(string path, string field, string body)
    {
        await using Service service = await Service.StartAsync();
        Call refused = await Call.SendAsync(service, "PUT", path, body);
        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (refused.Status, refused.ContentType));
        Assert.Equal(field, refused.Json.GetProperty("field").GetString());
        Assert.Contains(field, refused.Detail, StringComparison.Ordinal);
        Assert.Equal(0, service.Book.Current.Version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{\"max_requests\":5,\"max_requests\":6,\"window_duration_seconds\":60}")]
    [InlineData("{\"max_requests\":5,\"window_duration_seconds\":60}x")]
    [InlineData("{\"max_requests\":NaN}")]
    [InlineData("{\"\\ud800\":5}")]
    public async Task Refuses_what_is_no_object_of_JSON(string body)
    {
        await using Service service = await Service.StartAsync();
        foreach (string path in new[] { Login, "/api/config/global", "/api/config/tenant/acme" })
            Assert.Equal(HttpStatusCode.BadRequest, (await Call.SendAsync(service, "PUT", path, body)).Status);
    }

    [Fact]
    public async Task Refuses_long_bodies_and_other_content_types()
    {
        await using Service service = await Service.StartAsync();
        string body = """{"max_requests":5,"window_duration_seconds":60}""";
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Call.SendAsync(service, "PUT", Login, body + new string(' ', 65_536))).Status);
        foreach (string type in new[] { "text/plain", "application/x-www-form-urlencoded", "" })
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Call.SendAsync(service, "PUT", Login, body, "Content-Type", type)).Status);
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", Login, body, "Content-Type", "application/merge+json")).Status);
    }

    [Theory]
    [InlineData("GET", "/api/config/nothing", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("GET", "/api/config/tenant/acme/action", 404)]
    [InlineData("GET", "/api/config/tenant/unknown", 404)]
    [InlineData("GET", "/api/config/tenant/unknown/client/c/action/a", 404)]
    [InlineData("DELETE", "/api/config/tenant/unknown", 404)]
    [InlineData("DELETE", "/api/config/global", 405)]
    [InlineData("POST", "/api/config/tenant/acme", 405)]
    [InlineData("PUT", "/api/config/history", 405)]
    [InlineData("GET", "/api/config?limit=0", 400)]
    [InlineData("GET", "/api/config?limit=1001", 400)]
    [InlineData("GET", "/api/config?limit=x", 400)]
    [InlineData("GET", "/api/config?limit=1&limit=2", 400)]
    [InlineData("GET", "/api/config?page=1", 400)]
    [InlineData("GET", "/api/config/history?before=-1", 400)]
    public async Task Says_in_problem_details_what_is_not_there(string method, string path, int status)
    {
        await using Service service = await Service.StartAsync();
        Call answer = await Call.SendAsync(service, method, path);
        Assert.Equal((status, "application/problem+json"), ((int)answer.Status, answer.ContentType));
        Assert.Equal(status, answer.Json.GetProperty("status").GetInt32());
        if (status == 405) Assert.NotEmpty(answer.Headers["Allow"]);
    }
}
