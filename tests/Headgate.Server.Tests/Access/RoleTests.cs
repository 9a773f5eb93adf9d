using System.Net;
using Headgate.Server.Tests.Settings;

namespace Headgate.Server.Tests.Access;

public sealed class RoleTests
{
    private const string Rule = """{"max_requests":5,"window_duration_seconds":60}""";
    private const string Check = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    /// <summary>Who may: d decide, c configure (a tenant's own), C configure (all), m monitor, A admin.</summary>
    [Theory]
    [InlineData("POST", "/api/check_and_consume", Check, "dA")]
    [InlineData("GET", "/api/config", null, "CA")]
    [InlineData("GET", "/api/config/global", null, "CA")]
    [InlineData("PUT", "/api/config/global", "{}", "A")]
    [InlineData("GET", "/api/config/tenant/acme", null, "cCA")]
    [InlineData("PUT", "/api/config/tenant/acme", "{}", "cCA")]
    [InlineData("GET", "/api/config/tenant/acme/action/login", null, "cCA")]
    [InlineData("PUT", "/api/config/tenant/acme/action/login", Rule, "cCA")]
    [InlineData("DELETE", "/api/config/tenant/acme/action/x", null, "cCA")]
    [InlineData("PUT", "/api/config/tenant/acme/client/c/action/login", Rule, "cCA")]
    [InlineData("GET", "/api/config/history", null, "cCA")]
    [InlineData("GET", "/api/config/history?tenant=acme", null, "cCA")]
    [InlineData("GET", "/api/config/history?tenant=other", null, "CA")]
    [InlineData("GET", "/api/config/export", null, "A")]
    [InlineData("POST", "/api/config/import", "{}", "A")]
    [InlineData("POST", "/api/config/rollback", "{}", "A")]
    [InlineData("GET", "/api/keys", null, "A")]
    [InlineData("POST", "/api/keys", "{}", "A")]
    [InlineData("GET", "/api/keys/0", null, "A")]
    [InlineData("DELETE", "/api/keys/0", null, "A")]
    [InlineData("POST", "/api/keys/0/rotate", null, "A")]
    public async Task Each_role_may_do_its_own_and_nothing_else(string method, string path, string? body, string who)
    {
        await using Service service = await Keys.ServiceAsync();
        await Keys.AsAsync(service, Keys.First, "PUT", "/api/config/tenant/acme/action/login", Rule);
        (string Name, string Role, string? Tenant)[] all =
            [("d", "decide", "acme"), ("c", "configure", "acme"), ("C", "configure", null), ("m", "monitor", null), ("A", "admin", null)];
        foreach ((string name, string role, string? tenant) in all)
        {
            (_, string secret) = await Keys.MakeAsync(service, role, tenant);
            Call answer = await Keys.AsAsync(service, secret, method, path, body);
            Assert.NotEqual(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal(who.Contains(name, StringComparison.Ordinal), answer.Status != HttpStatusCode.Forbidden);
            if (answer.Status == HttpStatusCode.Forbidden) Assert.Equal("application/problem+json", answer.ContentType);
        }
    }

    [Theory]
    [InlineData("/api/config")]
    [InlineData("/api/keys")]
    [InlineData("/api/check_and_consume")]
    [InlineData("/no/such/route")]
    [InlineData("/healthy")]
    public async Task Nothing_but_health_answers_without_a_key(string path)
    {
        await using Service service = await Keys.ServiceAsync();
        foreach (string method in new[] { "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await Call.SendAsync(service, method, path)).Status);
    }

    [Fact]
    public async Task The_history_of_a_tenant_shows_that_tenant_alone()
    {
        await using Service service = await Keys.ServiceAsync();
        await Keys.AsAsync(service, Keys.First, "PUT", "/api/config/tenant/acme/action/login", Rule);
        await Keys.AsAsync(service, Keys.First, "PUT", "/api/config/tenant/other/action/secret-thing", Rule);
        await Keys.AsAsync(service, Keys.First, "PUT", "/api/config/global", """{"max_tenant_queue_size":31337}""");
        (_, string secret) = await Keys.MakeAsync(service, "configure", "acme");
        Call shown = await Keys.AsAsync(service, secret, "GET", "/api/config/history");
        Assert.Equal("login", Assert.Single(shown.Json.GetProperty("changes").EnumerateArray()).GetProperty("edits")[0].GetProperty("action_type").GetString());
        Assert.DoesNotContain("secret-thing", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("31337", shown.Text, StringComparison.Ordinal);
    }
}
