using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Headgate.AspNetCore.Tests.Admin;

/// <summary>Who may come in, and which applications do not start.</summary>
public sealed class AdminAccessTests
{
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("open sesame")));

    [Fact]
    public async Task Without_authorisation_an_application_that_others_reach_does_not_start()
    {
        (WebApplication app, _, _) = AdminApp.Build(url: "http://0.0.0.0:0");
        await using WebApplication disposed = app;
        app.MapHeadgateAdmin();

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith("the admin endpoints (/admin/rules) have no authorisation, and the application listens on http://0.0.0.0:0, which others can reach.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ApiKeyHash", refused.Message, StringComparison.Ordinal);
        Assert.Contains("http://localhost:5000", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://*:0")]
    [InlineData("http://+:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://unix:/tmp/headgate-admin-test.sock")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    public async Task Every_address_counts(string urls)
    {
        (WebApplication app, _, _) = AdminApp.Build(url: urls);
        await using WebApplication disposed = app;
        app.MapHeadgateAdmin();
        await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", false)]
    [InlineData("http://127.0.0.1:0", true)]
    public async Task Kestrels_own_endpoints_count_instead_of_other_addresses(string endpoint, bool starts)
    {
        (WebApplication app, _, _) = AdminApp.Build(url: starts ? "http://*:0" : "http://localhost:5000", arguments: ["--Kestrel:Endpoints:Web:Url=" + endpoint]);
        await using WebApplication disposed = app;
        app.MapHeadgateAdmin();
        Task start = app.StartAsync(TestContext.Current.CancellationToken);
        if (starts) await start;
        else await Assert.ThrowsAsync<InvalidOperationException>(() => start);
    }

    [Fact]
    public async Task An_address_that_only_the_servers_code_knows_stops_the_application_when_it_has_started()
    {
        (WebApplication app, AdminApp.Lines log, _) = AdminApp.Build(builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0)), url: "");
        await using WebApplication disposed = app;
        app.MapHeadgateAdmin();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(app.Lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.StartsWith("Critical Exposed: The application is stopped: the admin endpoints", Assert.Single(log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoints_in_a_group_are_found_too()
    {
        (WebApplication app, _, _) = AdminApp.Build(url: "http://0.0.0.0:0");
        await using WebApplication disposed = app;
        app.MapGroup("/ops").MapHeadgateAdmin();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.True(app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task With_a_key_an_application_may_listen_anywhere()
    {
        (WebApplication app, _, _) = AdminApp.Build(url: "http://0.0.0.0:0");
        await using WebApplication disposed = app;
        app.MapHeadgateAdmin(options: new AdminOptions { ApiKeyHash = Hash });
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.False(app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task The_key_opens_and_nothing_else_does()
    {
        await using AdminApp app = await AdminApp.StartAsync(map: app => app.MapHeadgateAdmin(options: new AdminOptions { ApiKeyHash = Hash.ToUpperInvariant() }));

        Assert.Equal(200, await StatusAsync(app, ("Authorization", "Bearer open sesame")));
        Assert.Equal(200, await StatusAsync(app, ("X-Admin-Key", "open sesame")));
        Assert.Equal(401, await StatusAsync(app));
        Assert.Equal(401, await StatusAsync(app, ("Authorization", "Bearer open Sesame")));
        Assert.Equal(401, await StatusAsync(app, ("Authorization", "Basic open sesame")));
        Assert.Equal(401, await StatusAsync(app, ("X-Admin-Key", "")));
        Assert.Equal(401, await StatusAsync(app, ("X-Admin-Key", Hash)));
        (int status, JsonElement problem) = await app.PostAsync("/admin/rules", """{"key":"bob","capacity":5,"refill_rate":1}""");
        Assert.Equal(401, status);
        Assert.StartsWith("the admin key is missing.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(app.Policies.Find("api")!.Overrides);
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_hash_that_is_none_is_refused(string hash) =>
        Assert.StartsWith("ApiKeyHash has", Assert.Throws<ArgumentException>(() => new AdminOptions { ApiKeyHash = hash }).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Where_the_application_authenticates_the_default_policy_is_required()
    {
        await using AdminApp app = await AdminApp.StartAsync(AddUsers);
        Assert.Equal(401, await StatusAsync(app));
        Assert.Equal(200, await StatusAsync(app, ("X-User", "ann")));
        await app.SendAsync(HttpMethod.Post, "/admin/reset/bob", null, headers: ("X-User", "ann\tsmith"));
        Assert.StartsWith("Information KeyReset: ann?smith reset the key sha256:", Assert.Single(app.Log.All), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_application_requires_counts()
    {
        await using AdminApp app = await AdminApp.StartAsync(AddUsers, app => app.MapHeadgateAdmin().RequireAuthorization("ops"));
        Assert.Equal(401, await StatusAsync(app));
        Assert.Equal(403, await StatusAsync(app, ("X-User", "ann")));
        Assert.Equal(200, await StatusAsync(app, ("X-User", "root")));
    }

    [Fact]
    public async Task A_group_around_the_endpoints_counts_too()
    {
        await using AdminApp app = await AdminApp.StartAsync(AddUsers, app => app.MapGroup("").RequireAuthorization("ops").MapHeadgateAdmin());
        Assert.Equal(403, await StatusAsync(app, ("X-User", "ann")));
        Assert.Equal(200, await StatusAsync(app, ("X-User", "root")));
    }

    [Fact]
    public async Task Anybody_only_where_the_application_says_so_and_the_log_does_too()
    {
        await using AdminApp app = await AdminApp.StartAsync(AddUsers, app => app.MapHeadgateAdmin().AllowAnonymous());
        Assert.Equal(200, await StatusAsync(app));
        Assert.Contains("Warning OpenToAnybody: The admin endpoints at /admin are open to anybody: AllowAnonymous was said of them", app.Log.All);
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "evil.example:80")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    public async Task On_this_machine_no_other_sites_page_and_no_proxy_comes_in(string header, string value)
    {
        await using AdminApp app = await AdminApp.StartAsync();
        Assert.Equal(403, await StatusAsync(app, (header, value)));
        (int status, _) = await app.SendAsync(HttpMethod.Post, "/admin/reset/bob", null, headers: (header, value));
        Assert.Equal(403, status);
    }

    [Fact]
    public async Task On_this_machine_its_own_pages_come_in()
    {
        await using AdminApp app = await AdminApp.StartAsync();
        string own = app.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(200, await StatusAsync(app, ("Origin", own), ("Sec-Fetch-Site", "same-origin")));
        Assert.Equal(200, await StatusAsync(app, ("Host", "localhost:" + app.Client.BaseAddress.Port)));
    }

    [Fact]
    public async Task A_policy_of_the_whole_application_does_not_lock_administrators_out()
    {
        await using AdminApp app = await AdminApp.StartAsync(map: app =>
        {
            app.UseHeadgate("api");
            app.MapHeadgateAdmin();
        });
        for (int i = 0; i < 20; i++) Assert.Equal(200, await StatusAsync(app));
    }

    [Fact]
    public void Needs_policies()
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddHeadgate(", Assert.Throws<InvalidOperationException>(() => app.MapHeadgateAdmin()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Describes_itself_to_OpenApi()
    {
        await using AdminApp app = await AdminApp.StartAsync(builder => builder.Services.AddOpenApi(), app =>
        {
            app.MapOpenApi();
            app.MapHeadgateAdmin();
            app.MapHeadgateAdmin("/second");
        });

        (int status, JsonElement document) = await app.GetAsync("/openapi/v1.json");

        Assert.Equal(200, status);
        JsonElement paths = document.GetProperty("paths");
        foreach ((string path, string method, string name) in ((string, string, string)[])
        [
            ("/admin/rules", "get", "HeadgateAdminListRules"), ("/admin/rules", "post", "HeadgateAdminSetRule"), ("/admin/rules/{key}", "delete", "HeadgateAdminDeleteRule"),
            ("/admin/stats/{key}", "get", "HeadgateAdminGetStats"), ("/admin/reset/{key}", "post", "HeadgateAdminResetKey"),
            ("/admin/update-rule", "post", "HeadgateAdminUpdateRule"), ("/admin/top", "get", "HeadgateAdminTopRefused"),
        ])
        {
            JsonElement operation = paths.GetProperty(path).GetProperty(method);
            Assert.Equal(name, operation.GetProperty("operationId").GetString());
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
        }

        JsonElement stats = paths.GetProperty("/admin/stats/{key}").GetProperty("get").GetProperty("parameters");
        Assert.Equal(["key path", "policy query", "cost query"], stats.EnumerateArray().Select(p => $"{p.GetProperty("name")} {p.GetProperty("in")}"));
        string schemas = document.GetProperty("components").GetProperty("schemas").GetRawText();
        foreach (string field in (string[])["refill_rate", "window_duration_seconds", "client_id", "retry_after_seconds", "on_store_failure"])
            Assert.Contains($"\"{field}\"", schemas, StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(AdminApp app, params (string, string)[] headers) =>
        (await app.SendAsync(HttpMethod.Get, "/admin/rules", null, headers: headers)).Status;

    private static void AddUsers(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, UserHeader>("test", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("ops", policy => policy.RequireUserName("root"));
    }

    /// <summary>Believes a header: for tests.</summary>
    private sealed class UserHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-User"] is not [{ Length: > 0 } name]) return Task.FromResult(AuthenticateResult.NoResult());
            ClaimsPrincipal user = new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "test"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, "test")));
        }
    }
}
