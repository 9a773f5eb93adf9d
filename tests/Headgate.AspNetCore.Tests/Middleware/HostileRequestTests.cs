using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>Requests that were made to get around a limit, or to break what enforces it.</summary>
public class HostileRequestTests
{
    private static readonly Limit Two = Limit.TokenBucket(2, Rate.PerHour(1));

    [Theory]
    [InlineData("X-Forwarded-For", "203.0.113.")]
    [InlineData("Forwarded", "for=203.0.113.")]
    [InlineData("X-Real-IP", "203.0.113.")]
    [InlineData("X-Api-Key", "key-")]
    public async Task A_header_that_nobody_declared_trusted_changes_nothing(string header, string value)
    {
        await using App app = await StartAsync(KeySelector.Default);
        for (int i = 0; i < 10; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/x");
            request.Headers.TryAddWithoutValidation(header, value + i);
            using HttpResponseMessage response = await app.Client.SendAsync(request);
            Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_declared_proxy_s_word_counts_and_what_stands_left_of_it_does_not()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("a", Two).TrustProxies(new ForwardedOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] }), Pipeline);
        for (int i = 0; i < 5; i++)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/x");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", $"10.9.8.{i}, 203.0.113.7");
            using HttpResponseMessage response = await app.Client.SendAsync(request);
            Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, response.StatusCode);
        }

        Assert.Equal(0, (await app.Policies.PeekAsync("a", "ip:203.0.113.7")).Remaining);
    }

    [Theory]
    [InlineData("/x%0d%0aSet-Cookie:%20a=b")]
    [InlineData("/%00%01%7f")]
    [InlineData("/%F0%9F%98%80%E2%80%AE")]
    [InlineData("/\"\\;a=b,c")]
    public async Task A_key_of_odd_characters_is_a_key_like_any_other_and_gets_into_no_header(string path)
    {
        await using App app = await StartAsync(KeySelector.Parse("route:all"));
        for (int i = 0; i < 3; i++)
        {
            string answer = await RawAsync(app, $"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            Assert.DoesNotContain("Set-Cookie", answer.Split("\r\n\r\n")[0], StringComparison.Ordinal);
            if (answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal)) return;
            Assert.StartsWith(i < 2 ? "HTTP/1.1 200" : "HTTP/1.1 429", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Overlong_keys_are_keys_of_their_own_and_bounded()
    {
        await using App app = await StartAsync(KeySelector.Parse("header:X-Client"));
        string common = new('a', 8_000);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await SendAsync(app, common + "1"));
            Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await SendAsync(app, common + "2"));
        }
    }

    [Fact]
    public async Task Whom_nothing_identifies_shares_one_bucket()
    {
        await using App app = await StartAsync(KeySelector.Parse("header:X-Client"));
        for (int i = 0; i < 4; i++) Assert.Equal(i < 2 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await SendAsync(app, null));
        Assert.Equal(HttpStatusCode.OK, await SendAsync(app, "somebody"));
    }

    [Theory]
    [InlineData(NoIdentity.Refuse, HttpStatusCode.Forbidden)]
    [InlineData(NoIdentity.Exempt, HttpStatusCode.OK)]
    public async Task Or_is_refused_or_let_through_where_the_operator_says_so(NoIdentity what, HttpStatusCode expected)
    {
        await using App app = await App.StartAsync(
            h => HeadgateOptionsOf(h.AddPolicy("a", Two, p => p with { Key = KeySelector.Parse("header:X-Client") }), new IdentityOptions { NoIdentity = what }), Pipeline);
        for (int i = 0; i < 4; i++) Assert.Equal(expected, await SendAsync(app, null));
    }

    [Fact]
    public async Task A_bad_cost_of_a_gRPC_call_is_an_invalid_argument()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Two, p => p with { Cost = RequestCost.FromHeader("x-cost", most: 5) }), Pipeline, protocols: HttpProtocols.Http2);
        using HttpClient client = app.NewClient(http2: true);
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(app.Address, "/pkg.Service/Call")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("x-cost", "-7");
        request.Content = new ByteArrayContent([]);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        using HttpResponseMessage response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("3", Assert.Single(response.Headers.GetValues("grpc-status")));
        Assert.Contains("x-cost", Assert.Single(response.Headers.GetValues("grpc-message")), StringComparison.Ordinal);
    }

    private static HeadgateBuilder HeadgateOptionsOf(HeadgateBuilder builder, IdentityOptions identity) =>
        Microsoft.Extensions.DependencyInjection.HeadgateBuilderExtensions.ConfigureHttp(builder, options => options with { Identity = identity });

    private static Task<App> StartAsync(KeySelector key) => App.StartAsync(h => h.AddPolicy("a", Two, p => p with { Key = key }), Pipeline);

    private static void Pipeline(WebApplication app)
    {
        app.UseHeadgate("a");
        app.Map("/{**all}", () => "ok");
    }

    private static async Task<HttpStatusCode> SendAsync(App app, string? client)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/x");
        if (client is not null) request.Headers.TryAddWithoutValidation("X-Client", client);
        using HttpResponseMessage response = await app.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static async Task<string> RawAsync(App app, string request)
    {
        using TcpClient connection = new();
        await connection.ConnectAsync(app.Address.Host, app.Address.Port);
        await connection.GetStream().WriteAsync(Encoding.Latin1.GetBytes(request));
        using StreamReader reader = new(connection.GetStream(), Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }
}
