using System.Net;
using Headgate.Server.Access;
using Headgate.Server.Tests.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Access;

public sealed class OwnLimitTests
{
    private const string Check = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task A_policy_of_the_file_limits_each_key_apart_and_leaves_health_alone()
    {
        using ConfigFile file = new("""policies: { callers: { key: [ "custom:access_key", ip ], limits: [ "fixed_window(permits=3, window=1h)" ] } }""");
        await using Service service = await Service.StartAsync(new ServeOptions { RequireKeys = true, AdminKey = Keys.First, ConfigFile = file.Path });
        (_, string one) = await Keys.MakeAsync(service, "decide", "acme");
        (_, string two) = await Keys.MakeAsync(service, "decide", "acme");
        foreach (string key in new[] { one, two })
        {
            for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, key, "POST", "/api/check_and_consume", Check)).Status);
            Call refused = await Keys.AsAsync(service, key, "POST", "/api/check_and_consume", Check);
            Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (refused.Status, refused.ContentType));
            Assert.NotEmpty(refused.Headers["Retry-After"]);
            Assert.Contains("\"callers\"", refused.Headers["RateLimit"], StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", "/health/live")).Status);
    }

    [Fact]
    public async Task Without_keys_nothing_stands_on_the_way_until_somebody_says_so()
    {
        await using Service service = await Service.StartAsync();
        OwnLimits own = service.Services.GetRequiredService<OwnLimits>();
        Assert.False(own.Apply);
        Assert.False((await Call.SendAsync(service, "POST", "/api/check_and_consume", Check)).Headers.ContainsKey("RateLimit"));

        Call rule = await Call.SendAsync(service, "POST", "/admin/update-rule", """{"client_id":"127.0.0.1","capacity":2,"refill_rate":0.001}""");
        Assert.Equal(HttpStatusCode.OK, rule.Status);
        Assert.True(own.Apply);
        for (int i = 0; i < 3; i++)
            Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check)).Status);
        // Whoever is refused everything can still change that.
        Call stats = await Call.SendAsync(service, "GET", "/admin/stats/127.0.0.1");
        Assert.Equal(0, stats.Json.GetProperty("states")[0].GetProperty("remaining").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/admin/reset/127.0.0.1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check)).Status);
    }

    [Fact]
    public async Task The_admin_endpoints_work_without_a_configuration_file()
    {
        await using Service service = await Service.StartAsync();
        Call set = await Call.SendAsync(service, "POST", "/admin/rules", """{"key":"10.9.8.7","algorithm":"token_bucket","capacity":5,"refill_rate":1}""");
        Assert.Equal(HttpStatusCode.Created, set.Status);
        Call list = await Call.SendAsync(service, "GET", "/admin/rules");
        Assert.Equal(2, list.Json.GetProperty("rules").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", "/admin/stats/10.9.8.7")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", "/admin/rules/10.9.8.7")).Status);
        Assert.Contains(service.Log.All, line => line.Category == "Headgate.AspNetCore.Admin" && line.Text.StartsWith("loopback ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_admin_endpoints_take_an_admin_key_where_keys_are_needed()
    {
        await using Service service = await Keys.ServiceAsync();
        (_, string configure) = await Keys.MakeAsync(service, "configure");
        Assert.Equal(HttpStatusCode.Unauthorized, (await Call.SendAsync(service, "GET", "/admin/rules")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Keys.AsAsync(service, configure, "GET", "/admin/rules")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, Keys.First, "GET", "/admin/rules")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Keys.AsAsync(service, configure, "POST", "/admin/update-rule", """{"client_id":"x","capacity":2,"refill_rate":1}""")).Status);
    }

    [Fact]
    public async Task Other_sites_pages_do_not_reach_the_admin_endpoints()
    {
        await using Service service = await Service.StartAsync();
        foreach (string[] headers in (string[][])[["Host", "evil.example"], ["Origin", "https://evil.example"], ["Sec-Fetch-Site", "cross-site"], ["X-Forwarded-For", "10.0.0.1"]])
            Assert.Equal(HttpStatusCode.Forbidden, (await Call.SendAsync(service, "POST", "/admin/update-rule", """{"client_id":"x","capacity":2,"refill_rate":1}""", headers)).Status);
    }

    [Fact]
    public async Task Routes_of_the_file_limit_the_services_own_paths()
    {
        using ConfigFile file = new("""
            policies: { slow: { key: [ ip ], limits: [ "fixed_window(permits=1, window=1h)" ] } }
            routes: [ { match: { path: "/api/config/**" }, policies: [ slow ] } ]
            """);
        await using Service service = await Service.StartAsync(new ServeOptions { ConfigFile = file.Path });
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", "/api/config/global")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Call.SendAsync(service, "GET", "/api/config/global")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check)).Status);
    }

    [Fact]
    public void The_store_of_the_file_serves_as_one_of_the_command_line_which_goes_above_it()
    {
        using ConfigFile file = new("""store: { redis: "10.1.2.3:6379", prefix: mine }""");
        ServeOptions read = Headgate.Server.Hosting.StoreOfFile.AddTo(new ServeOptions { ConfigFile = file.Path });
        Assert.Equal(("10.1.2.3:6379", "mine"), (read.Redis, read.RedisPrefix));
        Assert.Equal("127.0.0.1:1", Headgate.Server.Hosting.StoreOfFile.AddTo(new ServeOptions { ConfigFile = file.Path, Redis = "127.0.0.1:1" }).Redis);
    }

    private sealed class ConfigFile : IDisposable
    {
        public ConfigFile(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"headgate-own-{Guid.NewGuid():N}.yaml");

        public void Dispose() => File.Delete(Path);
    }
}
