using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Server.Tests.Http;

public sealed class RouteIdsTests
{
    private const string Pattern = "/api/status/{tenant_id}/{client_id}/{action_type}";

    [Theory]
    [InlineData("/api/status/acme/c1/login", "acme", "c1", "login")]
    [InlineData("/api/status/a%2Fb/c%2fd/%2F", "a/b", "c/d", "/")]
    [InlineData("/api/status/a%252Fb/c/d", "a%2Fb", "c", "d")]
    [InlineData("/api/status/a+b/%22%27%0A/%00", "a+b", "\"'\n", "\0")]
    [InlineData("/api/status/%C3%A4/%E4%B8%AD%E6%96%87/%F0%9F%98%80", "ä", "中文", "😀")]
    [InlineData("/API/st%61tus/a/b/c?x=/../y", "a", "b", "c")]
    [InlineData("http://host:80/api/status/a%2Fb/c/d?q=1", "a/b", "c", "d")]
    [InlineData("/api/status/.../.a/a.", "...", ".a", "a.")]
    [InlineData("/api/status/a%5C..%5Cb/c/d", "a\\..\\b", "c", "d")]
    public void Reads_ids_from_the_path_as_it_was_sent(string target, string tenant, string client, string action)
    {
        RouteIds ids = RouteIds.Read(Request(target, Pattern));
        Assert.Equal((tenant, client, action), (ids.Tenant, ids.Client, ids.Action));
    }

    [Theory]
    [InlineData("/api/status/a%2/b/c")]
    [InlineData("/api/status/a%zz/b/c")]
    [InlineData("/api/status/%/b/c")]
    [InlineData("/api/status/%C0%AF/b/c")]
    [InlineData("/api/status/%ED%A0%80/b/c")]
    [InlineData("/api/status/%FF/b/c")]
    [InlineData("/api/status/ä/b/c")]
    [InlineData("/api/status/a/../b/c")]
    [InlineData("/api/status/%2e%2E/b/c")]
    [InlineData("/api/status/a/.%2e/b")]
    [InlineData("/api/status/a/b/%2e")]
    [InlineData("/api/x/%2e%2e/status/a/b/c")]
    [InlineData("/api/status/a/b/c/")]
    [InlineData("/api/status//b/c")]
    [InlineData("/api/status/a/b")]
    [InlineData("/api/other/a/b/c")]
    [InlineData("/api/status%2Fa/b/c/d")]
    [InlineData("*")]
    public void Refuses_what_is_written_in_another_way(string target) =>
        Assert.Equal(400, Assert.Throws<RequestRefusal>(() => RouteIds.Read(Request(target, Pattern))).Status);

    [Fact]
    public void Refuses_an_id_that_is_too_long_and_names_it()
    {
        RequestRefusal refusal = Assert.Throws<RequestRefusal>(() => RouteIds.Read(Request($"/api/status/a/{new string('x', 257)}/c", Pattern)));
        Assert.Equal("client_id", refusal.Field);
    }

    [Theory]
    [InlineData("/keys/%252F", "%2F")]
    [InlineData("/keys/a%2Fb", "a/b")]
    public void Reads_any_other_parameter_as_text(string target, string expected) =>
        Assert.Equal(expected, RouteIds.Text(Request(target, "/keys/{id}"), "id"));

    [Theory]
    [InlineData("/api/nothing/../check_and_consume", 400)]
    [InlineData("/api/%2e/check_and_consume", 400)]
    [InlineData("http://ADDRESS/api/%63heck_and_consume", 200)]
    [InlineData("http://ADDRESS/api%2Fcheck_and_consume", 404)]
    public async Task No_path_leads_to_another_route(string target, int status)
    {
        await using Service service = await Service.StartAsync();
        string body = """{"tenant_id":"a","client_id":"b","action_type":"c"}""";
        string head = $"POST {target.Replace("ADDRESS", service.Address.Authority, StringComparison.Ordinal)} HTTP/1.1\r\nHost: {service.Address.Authority}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, service.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + body));
        using StreamReader reader = new(client.GetStream());
        Assert.StartsWith($"HTTP/1.1 {status} ", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static DefaultHttpContext Request(string target, string pattern)
    {
        DefaultHttpContext context = new();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        context.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, null, null));
        return context;
    }
}
