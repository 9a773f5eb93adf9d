using System.Net;
using Headgate.Server.Tests.Settings;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Access;

public sealed class IsolationTests
{
    private const string Mine = "alpha";
    private const string Theirs = "bravo-of-others";

    /// <summary>What is found nowhere but in the other tenant: whoever sees it has seen that tenant.</summary>
    private const string Mark = "987654";

    [Theory]
    [InlineData("decide")]
    [InlineData("configure")]
    [InlineData("monitor")]
    public async Task A_key_of_one_tenant_gets_nothing_of_another_on_any_route(string role)
    {
        await using Service service = await Keys.ServiceAsync();
        await SetUpAsync(service);
        (string id, string secret) = await Keys.MakeAsync(service, role, Mine);
        long version = service.Book.Current.Version;
        string before = await LeftAsync(service);

        int refused = 0;
        foreach ((string method, string pattern) in RoutesOf(service))
        {
            foreach (string? body in BodiesOf(method))
            {
                string path = Filled(pattern, Theirs, id);
                Call seen = await Keys.AsAsync(service, secret, method, path, body);
                Assert.False(seen.Text.Contains(Mark, StringComparison.Ordinal), $"{method} {path} {body} shows the other tenant: {seen.Text}");
                Assert.True((int)seen.Status != 500, $"{method} {path} {body}: {seen.Text}");
                if (seen.Status == HttpStatusCode.Forbidden) refused++;
                if (pattern.Contains("{tenant", StringComparison.Ordinal))
                {
                    // It does not tell whether the other tenant is there.
                    Assert.Equal(HttpStatusCode.Forbidden, seen.Status);
                    Call absent = await Keys.AsAsync(service, secret, method, Filled(pattern, "nobody-at-all", id), body);
                    Assert.Equal(seen.Text, absent.Text);
                }
            }
        }

        Assert.InRange(refused, 15, int.MaxValue);
        Assert.Equal(version, service.Book.Current.Version);
        Assert.Equal(before, await LeftAsync(service));
    }

    [Fact]
    public async Task The_test_above_would_see_the_other_tenant()
    {
        await using Service service = await Keys.ServiceAsync();
        await SetUpAsync(service);
        (string id, string secret) = await Keys.MakeAsync(service, "configure");
        bool isSeen = false;
        foreach ((string method, string pattern) in RoutesOf(service).Where(route => route.Method == "GET"))
            isSeen |= (await Keys.AsAsync(service, secret, method, Filled(pattern, Theirs, id))).Text.Contains(Mark, StringComparison.Ordinal);
        Assert.True(isSeen);
    }

    private static async Task SetUpAsync(Service service)
    {
        string rule = $$"""{"max_requests":{{Mark}},"window_duration_seconds":60}""";
        foreach (string path in new[] { "action/login", "client/c/action/login" })
            Assert.Equal(HttpStatusCode.Created, (await Keys.AsAsync(service, Keys.First, "PUT", $"/api/config/tenant/{Theirs}/{path}", rule)).Status);
        await Keys.AsAsync(service, Keys.First, "PUT", $"/api/config/tenant/{Mine}/action/login", """{"max_requests":5,"window_duration_seconds":60}""");
        await Keys.AsAsync(service, Keys.First, "POST", "/api/check_and_consume", $$"""{"tenant_id":"{{Theirs}}","client_id":"c","action_type":"login"}""");
    }

    private static async Task<string> LeftAsync(Service service)
    {
        Call status = await Keys.AsAsync(service, Keys.First, "GET", $"/api/status/{Theirs}/c/login");
        return status.Json.GetProperty("remaining_requests").GetRawText();
    }

    private static IEnumerable<(string Method, string Pattern)> RoutesOf(Service service)
    {
        foreach (RouteEndpoint endpoint in service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            foreach (string method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                yield return (method, endpoint.RoutePattern.RawText!);
        }
    }

    private static IEnumerable<string?> BodiesOf(string method)
    {
        if (method is "GET" or "DELETE") return [null];
        string ask = $$"""{"tenant_id":"{{Theirs}}","client_id":"c","action_type":"login"}""";
        return
        [
            null, "{}", ask, $"[{ask}]", $$"""{"items":[{{ask}}]}""", $$"""{"requests":[{{ask}}]}""", $$"""{"max_requests":5,"window_duration_seconds":60}""",
            $$"""{"tenant_id":"{{Theirs}}","client_id":"c","actions":["login"]}""", """{"version":1}""", """{"name":"x","role":"admin"}""",
            $$"""{"key":"c","algorithm":"token_bucket","capacity":5,"refill_rate":1}""", """{"client_id":"c","capacity":5,"refill_rate":1}""",
        ];
    }

    private static string Filled(string pattern, string tenant, string key)
    {
        RoutePattern parsed = RoutePatternFactory.Parse(pattern);
        string path = pattern.StartsWith('/') ? pattern : "/" + pattern;
        foreach (RoutePatternParameterPart parameter in parsed.Parameters)
        {
            string value = parameter.Name switch
            {
                "tenant_id" => tenant,
                "client_id" => "c",
                "action_type" => "login",
                _ => key,
            };
            int start = path.IndexOf('{', StringComparison.Ordinal);
            path = path[..start] + value + path[(path.IndexOf('}', StringComparison.Ordinal) + 1)..];
        }

        return path;
    }
}
