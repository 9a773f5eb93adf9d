using System.Net;
using System.Text.Json;
using Headgate.Server.Tests.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Settings;

public sealed class WholeTests
{
    private const int WholeRoutesMax = Headgate.Server.Settings.WholeRoutes.MaxImport;
    private const string Login = "/api/config/tenant/acme/action/login";

    [Fact]
    public async Task Rolling_back_makes_everything_as_it_was_and_can_be_undone()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Rule(5));
        string then = await TenantsAsync(service);
        await Call.SendAsync(service, "PUT", Login, Rule(6));
        await Call.SendAsync(service, "PUT", "/api/config/tenant/other/client/c/action/a", Rule(7));
        await Call.SendAsync(service, "PUT", "/api/config/global", """{"max_tenant_queue_size":7}""");
        string now = await TenantsAsync(service);

        Call back = await Call.SendAsync(service, "POST", "/api/config/rollback", """{"version":1}""");
        Assert.Equal((HttpStatusCode.OK, "\"5\"", 5), (back.Status, back.Tag, back.Json.GetProperty("version").GetInt32()));
        Assert.Equal(then, await TenantsAsync(service));
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/config/rollback", """{"version":4}""")).Status);
        Assert.Equal(now, await TenantsAsync(service));
        JsonElement latest = (await Call.SendAsync(service, "GET", "/api/config/history?limit=1")).Json.GetProperty("changes")[0];
        Assert.Equal(("loopback", "roll back to version 4"), (latest.GetProperty("who").GetString(), latest.GetProperty("what").GetString()));
    }

    [Fact]
    public async Task A_revoked_key_stays_revoked_when_the_configuration_goes_back()
    {
        await using Service service = await Keys.ServiceAsync();
        (string id, string secret) = await Keys.MakeAsync(service, "configure");
        await Keys.AsAsync(service, Keys.First, "DELETE", $"/api/keys/{id}");
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, Keys.First, "POST", "/api/config/rollback", """{"version":1}""")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Keys.AsAsync(service, secret, "GET", "/api/config")).Status);
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"version":-1}""", 404)]
    [InlineData("""{"version":2}""", 404)]
    [InlineData("""{"version":1e999}""", 400)]
    [InlineData("""{"version":"1"}""", 400)]
    [InlineData("""{"version":1,"tenant":"a"}""", 400)]
    public async Task Rolling_back_to_nowhere_is_refused(string body, int status)
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Rule(5));
        Assert.Equal(status, (int)(await Call.SendAsync(service, "POST", "/api/config/rollback", body)).Status);
        Assert.Equal(1, service.Book.Current.Version);
    }

    [Fact]
    public async Task An_export_imported_elsewhere_configures_the_same()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Rule(5));
        await Call.SendAsync(service, "PUT", $"/api/config/tenant/{Uri.EscapeDataString("a/b \"\n😀")}/client/c/action/a", Rule(7));
        await Call.SendAsync(service, "PUT", "/api/config/tenant/acme", """{"weight":9}""");
        string secret = (await Call.SendAsync(service, "POST", "/api/keys", """{"name":"x","role":"decide"}""")).Json.GetProperty("secret").GetString()!;
        Call export = await Call.SendAsync(service, "GET", "/api/config/export");
        Assert.Equal((HttpStatusCode.OK, "\"4\""), (export.Status, export.Tag));
        Assert.DoesNotContain(secret[^20..], export.Text, StringComparison.Ordinal);

        await using Service other = await Service.StartAsync();
        await Call.SendAsync(other, "PUT", "/api/config/tenant/else/action/x", Rule(1));
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(other, "POST", "/api/config/import", export.Text)).Status);
        Assert.Equal(await TenantsAsync(service), await TenantsAsync(other));
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(other, secret, "GET", "/api/status/acme/c/login")).Status);
        // Nothing is other now: nothing changes.
        long version = other.Book.Current.Version;
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(other, "POST", "/api/config/import", export.Text)).Status);
        Assert.Equal(version, other.Book.Current.Version);
    }

    [Fact]
    public async Task An_import_with_an_error_changes_nothing()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Rule(5));
        string good = (await Call.SendAsync(service, "GET", "/api/config/export")).Text;
        string[] bad =
        [
            "", "{}", "[]", "null", good[..^1], good + "x", good.Replace("\"max_requests\":5", "\"max_requests\":-5", StringComparison.Ordinal),
            good.Replace("\"acme\"", "\"\"", StringComparison.Ordinal), good.Replace("\"actions\"", "\"action\"", StringComparison.Ordinal),
            good.Replace("\"acme\":", "\"acme\":{},\"acme\":", StringComparison.Ordinal), good.Replace("\"acme\"", "\"\\ud800\"", StringComparison.Ordinal), "{\"\\ud800\":1}",
        ];
        foreach (string text in bad)
        {
            Call refused = await Call.SendAsync(service, "POST", "/api/config/import", text);
            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (refused.Status, refused.ContentType));
        }

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Call.SendAsync(service, "POST", "/api/config/import", good, "Content-Type", "text/plain")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "POST", "/api/config/import", good, "If-Match", "\"0\"")).Status);
        Assert.Equal(1, service.Book.Current.Version);
    }

    [Fact]
    public async Task A_large_file_is_imported_and_a_larger_one_refused()
    {
        await using Service service = await Service.StartAsync();
        string rules = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"action-{i}\":{Rule(i + 1)}"));
        string file = """{"format":"headgate-config","format_version":1,"tenants":{"big":{"actions":{RULES}}}}""".Replace("RULES", rules, StringComparison.Ordinal);
        Assert.InRange(file.Length, 1_000_000, WholeRoutesMax);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/config/import", file)).Status);
        Assert.Equal(20_000, service.Book.Current.Tenants["big"].Actions.Count);
        // Asked first, the service refuses by the length alone; it would close the connection on a body that is on its way.
        Call tooLong = await Call.SendAsync(service, "POST", "/api/config/import", file + new string(' ', WholeRoutesMax), "Expect", "100-continue");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.Status);
    }

    [Fact]
    public async Task An_import_does_not_take_the_last_admin_key_away()
    {
        await using Service service = await Service.StartAsync();
        string secret = (await Call.SendAsync(service, "POST", "/api/keys", """{"name":"only","role":"admin"}""")).Json.GetProperty("secret").GetString()!;
        service.Services.GetRequiredService<Headgate.Server.Access.KeyPolicy>().Require();
        Call refused = await Keys.AsAsync(service, secret, "POST", "/api/config/import", """{"format":"headgate-config","format_version":1,"keys":{}}""");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, secret, "GET", "/api/keys")).Status);
    }

    private static string Rule(int permits) => $$"""{"max_requests":{{permits}},"window_duration_seconds":60}""";

    /// <summary>Everything but versions and keys.</summary>
    private static async Task<string> TenantsAsync(Service service)
    {
        JsonElement export = (await Call.SendAsync(service, "GET", "/api/config/export")).Json;
        return export.GetProperty("global").GetRawText() + export.GetProperty("tenants").GetRawText();
    }
}
