using System.Net;
using Headgate.Server.Tests.Settings;

namespace Headgate.Server.Tests.Access;

public sealed class LoopbackTests
{
    private const string Check = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Theory]
    [InlineData(200)]
    [InlineData(200, "Sec-Fetch-Site", "same-origin")]
    [InlineData(200, "Sec-Fetch-Site", "none")]
    [InlineData(200, "Origin", "SELF")]
    [InlineData(200, "Host", "localhost:5000")]
    [InlineData(200, "Host", "LOCALHOST")]
    [InlineData(200, "Host", "[::1]:5000")]
    [InlineData(200, "Authorization", "Basic dTpw")]
    [InlineData(403, "Sec-Fetch-Site", "cross-site")]
    [InlineData(403, "Sec-Fetch-Site", "same-site")]
    [InlineData(403, "Origin", "https://evil.example")]
    [InlineData(403, "Origin", "null")]
    [InlineData(403, "Host", "evil.example")]
    [InlineData(403, "Host", "localhost.evil.example")]
    [InlineData(403, "Host", "127.0.0.1.evil.example:5000")]
    [InlineData(403, "X-Forwarded-For", "10.0.0.1")]
    [InlineData(403, "Forwarded", "for=10.0.0.1")]
    [InlineData(403, "Via", "1.1 proxy")]
    [InlineData(401, "X-Api-Key", "nonsense")]
    [InlineData(401, "Authorization", "Bearer nonsense")]
    public async Task Without_keys_it_answers_this_machine_and_no_other_sites_page(int status, string? header = null, string? value = null)
    {
        await using Service service = await Service.StartAsync();
        string[] headers = header is null ? [] : [header, value == "SELF" ? service.Address.GetLeftPart(UriPartial.Authority) : value!];
        Assert.Equal(status, (int)(await Call.SendAsync(service, "POST", "/api/check_and_consume", Check, headers)).Status);
        Assert.Equal(status, (int)(await Call.SendAsync(service, "GET", "/api/config", null, headers)).Status);
    }

    [Fact]
    public async Task A_key_that_is_shown_is_held_to_its_role_also_where_none_is_needed()
    {
        await using Service service = await Service.StartAsync();
        string secret = (await Call.SendAsync(service, "POST", "/api/keys", """{"name":"x","role":"decide","tenant_id":"acme"}""")).Json.GetProperty("secret").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, secret, "POST", "/api/check_and_consume", Check)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Keys.AsAsync(service, secret, "GET", "/api/config")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", "/api/config")).Status);
        // With a good key it does not matter what brought it.
        Assert.Equal(HttpStatusCode.OK, (await Keys.AsAsync(service, secret, "POST", "/api/check_and_consume", Check, "Host", "limits.example", "X-Forwarded-For", "10.0.0.1")).Status);
    }

    [Fact]
    public async Task Failures_are_counted_and_logged_in_one_line_a_minute()
    {
        await using Service service = await Keys.ServiceAsync();
        for (int i = 0; i < 20; i++) await Call.SendAsync(service, "GET", "/api/config");
        await Call.SendAsync(service, "GET", "/api/config", null, "X-Api-Key", "guess");
        Assert.Single(Lines(service));
        service.Clock.Advance(TimeSpan.FromMinutes(1));
        await Call.SendAsync(service, "GET", "/api/config");
        string second = Lines(service)[1];
        Assert.Contains("20 missing, 1 unknown", second, StringComparison.Ordinal);
        Assert.DoesNotContain("guess", second, StringComparison.Ordinal);
    }

    private static string[] Lines(Service service) => [.. service.Log.All.Where(line => line.Id.Name == "NotLetIn").Select(line => line.Text)];
}
