using System.Net;

namespace Headgate.Server.Tests.Settings;

public sealed class PreconditionTests
{
    private const string Tenant = "/api/config/tenant/acme";
    private const string Login = Tenant + "/action/login";
    private const string Five = """{"max_requests":5,"window_duration_seconds":60}""";
    private const string Six = """{"max_requests":6,"window_duration_seconds":60}""";

    [Fact]
    public async Task Of_two_editors_the_second_hears_that_it_is_late()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        string tag = (await Call.SendAsync(service, "GET", Login)).Tag!;

        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "PUT", Login, Six, "If-Match", tag)).Status);
        Call late = await Call.SendAsync(service, "PUT", Login, Five, "If-Match", tag);
        Assert.Equal((HttpStatusCode.PreconditionFailed, "application/problem+json"), (late.Status, late.ContentType));
        Assert.Contains("it is at version 2", late.Detail, StringComparison.Ordinal);
        Assert.Equal(6, (await Call.SendAsync(service, "GET", Login)).Json.GetProperty("max_requests").GetInt32());

        string fresh = (await Call.SendAsync(service, "GET", Login)).Tag!;
        Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "PUT", Login, Five, "If-Match", fresh)).Status);
    }

    [Fact]
    public async Task Of_many_editors_at_once_exactly_one_wins_each_version()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        for (int round = 0; round < 5; round++)
        {
            string tag = (await Call.SendAsync(service, "GET", Login)).Tag!;
            Call[] all = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Call.SendAsync(service, "PUT", Login,
                $$"""{"max_requests":{{1000 * (round + 1) + i}},"window_duration_seconds":60}""", "If-Match", tag)));
            Assert.Equal(1, all.Count(one => one.Status == HttpStatusCode.OK));
            Assert.Equal(15, all.Count(one => one.Status == HttpStatusCode.PreconditionFailed));
        }
    }

    [Fact]
    public async Task The_ETag_of_the_leaf_its_tenant_and_the_whole_all_serve()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        await Call.SendAsync(service, "PUT", Tenant + "/action/other", Five);
        await Call.SendAsync(service, "PUT", "/api/config/tenant/else/action/a", Five);
        foreach ((string path, string expected) in new[] { (Login, "\"1\""), (Tenant, "\"2\""), ("/api/config", "\"3\"") })
        {
            Call read = await Call.SendAsync(service, "GET", path);
            Assert.Equal(expected, read.Tag);
            Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "PUT", Login, Five, "If-Match", read.Tag!)).Status);
            Assert.Equal(HttpStatusCode.NotModified, (await Call.SendAsync(service, "GET", path, null, "If-None-Match", read.Tag!)).Status);
            Assert.Equal(HttpStatusCode.NotModified, (await Call.SendAsync(service, "GET", path, null, "If-None-Match", $"\"77\", W/{read.Tag}")).Status);
            Assert.Equal(HttpStatusCode.OK, (await Call.SendAsync(service, "GET", path, null, "If-None-Match", "\"77\"")).Status);
        }
    }

    [Theory]
    [InlineData("\"2\"", 412)] // in the future
    [InlineData("\"0\"", 412)]
    [InlineData("W/\"1\"", 412)]
    [InlineData("\"x\"", 412)]
    [InlineData("\"+1\"", 412)]
    [InlineData("\"9999999999999999999999\"", 412)]
    [InlineData("\"x\", \"1\"", 200)]
    [InlineData("*", 200)]
    [InlineData("1", 412)]
    [InlineData("\"1", 412)]
    public async Task If_Match_holds_for_the_version_that_there_is(string tag, int status)
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        Assert.Equal(status, (int)(await Call.SendAsync(service, "PUT", Login, Six, "If-Match", tag)).Status);
    }

    [Fact]
    public async Task If_None_Match_creates_and_never_replaces()
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", Login, Five, "If-None-Match", "*")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "PUT", Login, Six, "If-None-Match", "*")).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "PUT", Tenant, "{}", "If-None-Match", "*")).Status);
    }

    [Fact]
    public async Task What_is_gone_is_not_brought_back_by_an_old_ETag()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        string leaf = (await Call.SendAsync(service, "GET", Login)).Tag!;
        await Call.SendAsync(service, "DELETE", Login);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "PUT", Login, Six, "If-Match", leaf)).Status);
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "PUT", Login, Six, "If-Match", "*")).Status);
        string whole = (await Call.SendAsync(service, "GET", "/api/config")).Tag!;
        Assert.Equal(HttpStatusCode.Created, (await Call.SendAsync(service, "PUT", Login, Six, "If-Match", whole)).Status);
    }

    [Fact]
    public async Task Deleting_heeds_the_version_too()
    {
        await using Service service = await Service.StartAsync();
        await Call.SendAsync(service, "PUT", Login, Five);
        await Call.SendAsync(service, "PUT", Tenant, """{"weight":2}""");
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Call.SendAsync(service, "DELETE", Tenant, null, "If-Match", "\"1\"")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", Login, null, "If-Match", "\"1\"")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Call.SendAsync(service, "DELETE", Tenant, null, "If-Match", "\"3\"")).Status);
    }
}
