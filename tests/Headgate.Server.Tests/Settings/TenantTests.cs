using System.Net;
using System.Text.Json;

namespace Headgate.Server.Tests.Settings;

public sealed class TenantTests
{
    private const string Five = """{"max_requests":5,"window_duration_seconds":60}""";

    [Fact]
    public async Task Settings_are_replaced_as_a_whole_and_limits_stay()
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", "/api/config/tenant/acme", """{"weight":3,"max_queue_size":0,"on_store_failure":"open"}""")).Status);
        await Call.SendAsync(service, "PUT", "/api/config/tenant/acme/action/login", Five);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "PUT", "/api/config/tenant/acme", """{"weight":4}""")).Status);
        Call shown = await Call.SendAsync(service, "GET", "/api/config/tenant/acme");
        Assert.Equal(
            """{"tenant_id":"acme","version":3,"settings":{"weight":4},"actions":{"login":{"algorithm":"sliding_log","max_requests":5,"window_duration_seconds":60}},"clients":{},"next_client":null}""",
            shown.Text);
    }

    [Fact]
    public async Task Deleting_a_tenant_removes_all_of_it_and_nothing_else()
    {
        await using Service service = await Service.StartAsync();
        foreach (string tenant in new[] { "a", "b" })
        {
            await Call.SendAsync(service, "PUT", $"/api/config/tenant/{tenant}", """{"weight":3}""");
            await Call.SendAsync(service, "PUT", $"/api/config/tenant/{tenant}/action/x", Five);
            await Call.SendAsync(service, "PUT", $"/api/config/tenant/{tenant}/client/c/action/x", Five);
        }

        string kept = (await Call.SendAsync(service, "GET", "/api/config/tenant/b")).Text;
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", "/api/config/tenant/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Call.SendAsync(service, "GET", "/api/config/tenant/a")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Call.SendAsync(service, "GET", "/api/config/tenant/a/client/c/action/x")).Status);
        Assert.Equal(kept, (await Call.SendAsync(service, "GET", "/api/config/tenant/b")).Text);
    }

    [Fact]
    public async Task Global_settings_keep_what_a_change_does_not_mention()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", "/api/config/global", """{"max_tenant_queue_size":7,"queue_timeout_seconds":0.25}""");
        Call put = await Call.SendAsync(service, "PUT", "/api/config/global", """{"max_global_concurrent_requests":50}""");
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (put.Status, put.Tag));
        JsonElement global = (await Call.SendAsync(service, "GET", "/api/config/global")).Json;
        Assert.Equal((50, 7, 0.25m), (global.GetProperty("max_global_concurrent_requests").GetInt32(), global.GetProperty("max_tenant_queue_size").GetInt32(), global.GetProperty("queue_timeout_seconds").GetDecimal()));
    }

    [Fact]
    public async Task Pages_show_every_tenant_and_client_once()
    {
        await using Service service = await Service.StartAsync();
        string[] names = ["a", "B", "ä", "z z", "10", "9", "/"];
        foreach (string name in names)
        {
            await Call.SendAsync(service, "PUT", $"/api/config/tenant/{Uri.EscapeDataString(name)}/action/x", Five);
            await Call.SendAsync(service, "PUT", $"/api/config/tenant/t/client/{Uri.EscapeDataString(name)}/action/x", Five);
        }

        Assert.Equal(names.Append("t").Order(StringComparer.Ordinal), await PagedAsync(service, "/api/config", "tenants", "next_tenant"));
        Assert.Equal(names.Order(StringComparer.Ordinal), await PagedAsync(service, "/api/config/tenant/t", "clients", "next_client"));
    }

    private static async Task<List<string>> PagedAsync(Service service, string path, string list, string next)
    {
        List<string> seen = [];
        string? after = null;
        do
        {
            JsonElement page = (await Call.SendAsync(service, "GET", $"{path}?limit=3{(after is null ? "" : $"&after={Uri.EscapeDataString(after)}")}")).Json;
            string[] names = [.. page.GetProperty(list).EnumerateObject().Select(one => one.Name)];
            Assert.InRange(names.Length, 1, 3);
            seen.AddRange(names);
            after = page.GetProperty(next).GetString();
        }
        while (after is not null);
        return seen;
    }
}
