using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Tests.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Access;

public sealed class KeyTests
{
    private const string Check = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task A_secret_is_shown_once_and_only_its_hash_is_kept()
    {
        await using Service service = await Keys.ServiceAsync();
        (string id, string secret) = await Keys.MakeAsync(service, "decide", "acme");
        Assert.Matches("^hg_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$", secret);
        Assert.StartsWith($"hg_{id}_", secret, StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret))), service.Book.Current.Keys[id].Hash);

        foreach (string path in new[] { "/api/keys", $"/api/keys/{id}", "/api/config/history", "/api/config" })
        {
            Call shown = await Keys.AsAsync(service, Keys.First, "GET", path);
            Assert.Equal(HttpStatusCode.OK, shown.Status);
            Assert.DoesNotContain(secret[^20..], shown.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(service.Book.Current.Keys[id].Hash, shown.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("secret", shown.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(service.Log.All, line => line.Text.Contains(secret[^20..], StringComparison.Ordinal) || line.Text.Contains(Keys.First, StringComparison.Ordinal));
        Assert.Contains(service.Log.All, line => line.Category == "Headgate.Server.Audit" && line.Text.Contains($"create key {id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_opens_by_either_header_and_nothing_else_does()
    {
        await using Service service = await Keys.ServiceAsync();
        (_, string secret) = await Keys.MakeAsync(service, "decide", "acme");
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check, "Authorization", "Bearer " + secret)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check, "Authorization", "bearer  " + secret)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "POST", "/api/check_and_consume", Check, "X-Api-Key", secret)).Status);
        string[][] wrong =
        [
            [], ["Authorization", secret], ["Authorization", "Basic " + secret], ["X-Api-Key", ""], ["X-Api-Key", secret + "x"], ["X-Api-Key", secret[..^1]], ["X-Api-Key", secret.ToUpperInvariant()],
            ["X-Api-Key", "hg_000000000000_" + secret[^43..]], ["X-Api-Key", "hg__"], ["X-Api-Key", "hg_"], ["X-Api-Key", new string('x', 5000)], ["Authorization", "Bearer"],
            ["X-Api-Key", secret, "Authorization", "Bearer " + secret], ["X-Api-Key", Keys.First[..^1]], ["Cookie", "key=" + secret],
        ];
        foreach (string[] headers in wrong)
        {
            Call refused = await Call.SendAsync(service, "POST", "/api/check_and_consume", Check, headers);
            Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json"), (refused.Status, refused.ContentType));
            Assert.StartsWith("Bearer realm=\"headgate\"", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_ends_when_it_expires()
    {
        await using Service service = await Keys.ServiceAsync();
        (_, string secret) = await Keys.MakeAsync(service, "decide", "acme", expiresIn: 60);
        service.Clock.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, secret, "POST", "/api/check_and_consume", Check)).Status);
        service.Clock.Advance(TimeSpan.FromMicroseconds(1));
        Call refused = await Keys.AsAsync(service, secret, "POST", "/api/check_and_consume", Check);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("expired", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rotating_ends_the_old_secret_at_once_or_after_its_grace_time()
    {
        await using Service service = await Keys.ServiceAsync();
        (string id, string first) = await Keys.MakeAsync(service, "decide", "acme");
        string second = await RotateAsync(service, id, null);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await CheckAsync(service, first), await CheckAsync(service, second)));

        string third = await RotateAsync(service, id, """{"grace_seconds":10}""");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await CheckAsync(service, second), await CheckAsync(service, third)));
        service.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await CheckAsync(service, second), await CheckAsync(service, third)));

        string fourth = await RotateAsync(service, id, """{"grace_seconds":10}""");
        string fifth = await RotateAsync(service, id, """{"grace_seconds":10}""");
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK),
            (await CheckAsync(service, third), await CheckAsync(service, fourth), await CheckAsync(service, fifth)));
        Assert.Equal(5, new[] { first, second, third, fourth, fifth }.Distinct().Count());
    }

    [Fact]
    public async Task A_deleted_key_is_good_for_nothing()
    {
        await using Service service = await Keys.ServiceAsync();
        (string id, string secret) = await Keys.MakeAsync(service, "decide", "acme");
        Assert.Equal(HttpStatusCode.OK, await CheckAsync(service, secret));
        Assert.Equal(HttpStatusCode.NoContent, (await Keys.AsAsync(service, Keys.First, "DELETE", $"/api/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await CheckAsync(service, secret));
        foreach (string method in new[] { "GET", "DELETE" }) Assert.Equal(HttpStatusCode.NotFound, (await Keys.AsAsync(service, Keys.First, method, $"/api/keys/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Keys.AsAsync(service, Keys.First, "POST", $"/api/keys/{id}/rotate")).Status);
    }

    [Fact]
    public async Task The_last_admin_key_stays_while_keys_are_needed()
    {
        await using Service service = await Service.StartAsync();
        (string id, string secret) = await MakeWithoutAsync(service);
        service.Services.GetRequiredService<KeyPolicy>().Require();
        Call refused = await Keys.AsAsync(service, secret, "DELETE", $"/api/keys/{id}");
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Call other = await Keys.AsAsync(service, secret, "POST", "/api/keys", """{"name":"other","role":"admin"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await Keys.AsAsync(service, other.Json.GetProperty("secret").GetString(), "DELETE", $"/api/keys/{id}")).Status);
    }

    [Theory]
    [InlineData("name", """{"role":"admin"}""")]
    [InlineData("name", """{"name":"","role":"admin"}""")]
    [InlineData("name", """{"name":5,"role":"admin"}""")]
    [InlineData("name", "{\"name\":\"a\\nb\",\"role\":\"admin\"}")]
    [InlineData("role", """{"name":"x"}""")]
    [InlineData("role", """{"name":"x","role":"root"}""")]
    [InlineData("role", """{"name":"x","role":null}""")]
    [InlineData("role", """{"name":"x","role":3}""")]
    [InlineData("tenant_id", """{"name":"x","role":"admin","tenant_id":"acme"}""")]
    [InlineData("tenant_id", """{"name":"x","role":"decide","tenant_id":""}""")]
    [InlineData("expires_in_seconds", """{"name":"x","role":"decide","expires_in_seconds":0}""")]
    [InlineData("expires_in_seconds", """{"name":"x","role":"decide","expires_in_seconds":-1}""")]
    [InlineData("expires_in_seconds", """{"name":"x","role":"decide","expires_in_seconds":1e999}""")]
    [InlineData("expires_in_seconds", """{"name":"x","role":"decide","expires_in_seconds":315619201}""")]
    [InlineData("expires_in_seconds", """{"name":"x","role":"decide","expires_in_seconds":"60"}""")]
    [InlineData("hash", """{"name":"x","role":"decide","hash":"00"}""")]
    public async Task Names_the_field_of_a_key_that_is_wrong(string field, string body)
    {
        await using Service service = await Keys.ServiceAsync();
        Call refused = await Keys.AsAsync(service, Keys.First, "POST", "/api/keys", body);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(field, refused.Json.GetProperty("field").GetString());
        Assert.Empty(service.Book.Current.Keys);
    }

    [Theory]
    [InlineData("""{"grace_seconds":-1}""")]
    [InlineData("""{"grace_seconds":2592001}""")]
    [InlineData("""{"grace_seconds":1e999}""")]
    [InlineData("""{"grace_seconds":"5"}""")]
    [InlineData("""{"grace":5}""")]
    [InlineData("[]")]
    public async Task A_grace_time_that_is_none_rotates_nothing(string body)
    {
        await using Service service = await Keys.ServiceAsync();
        (string id, string secret) = await Keys.MakeAsync(service, "decide", "acme");
        Assert.Equal(HttpStatusCode.BadRequest, (await Keys.AsAsync(service, Keys.First, "POST", $"/api/keys/{id}/rotate", body)).Status);
        Assert.Equal(HttpStatusCode.OK, await CheckAsync(service, secret));
    }

    private static async Task<(string Id, string Secret)> MakeWithoutAsync(Service service)
    {
        JsonElement made = (await Call.SendAsync(service, "POST", "/api/keys", """{"name":"only","role":"admin"}""")).Json;
        return (made.GetProperty("id").GetString()!, made.GetProperty("secret").GetString()!);
    }

    private static async Task<string> RotateAsync(Service service, string id, string? body)
    {
        Call rotated = await Keys.AsAsync(service, Keys.First, "POST", $"/api/keys/{id}/rotate", body);
        Assert.Equal(HttpStatusCode.OK, rotated.Status);
        return rotated.Json.GetProperty("secret").GetString()!;
    }

    private static async Task<HttpStatusCode> CheckAsync(Service service, string secret) => (await Keys.AsAsync(service, secret, "POST", "/api/check_and_consume", Check)).Status;
}
