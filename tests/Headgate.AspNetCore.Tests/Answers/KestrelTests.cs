using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Headgate.AspNetCore.Tests.Answers;

public class KestrelTests
{
    public static TheoryData<HttpProtocols> Protocols { get; } = [HttpProtocols.Http1, HttpProtocols.Http2];

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_allowed_answer_has_each_field_once(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol, AnswerOptions.Default with { LegacyFields = LegacyFields.ResetInSeconds });
        using HttpClient client = Client(server, protocol);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync("/Allowed");
            Assert.Equal("allowed", await answer.Content.ReadAsStringAsync());
            Assert.Equal("\"api\";r=9;t=1", Assert.Single(answer.Headers.GetValues("RateLimit")));
            Assert.Equal("\"api\";q=10;w=10", Assert.Single(answer.Headers.GetValues("RateLimit-Policy")));
            Assert.Equal("1", Assert.Single(answer.Headers.GetValues("X-RateLimit-Reset")));
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_refusal_is_whole_and_the_connection_lives_on(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol);
        using HttpClient client = Client(server, protocol);
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync("/Denied");
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.Equal("3", Assert.Single(answer.Headers.GetValues("Retry-After")));
            Assert.Equal("\"api\";r=0;t=3", Assert.Single(answer.Headers.GetValues("RateLimit")));
            Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.ToString());
            byte[] body = await answer.Content.ReadAsByteArrayAsync();
            Assert.Equal(answer.Content.Headers.ContentLength, body.Length);
            Assert.Equal(3, JsonDocument.Parse(body).RootElement.GetProperty("retry-after").GetInt32());
        }
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task HEAD_has_no_body_and_keeps_the_connection_in_step(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol);
        using HttpClient client = Client(server, protocol);
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/Denied") { Version = client.DefaultRequestVersion, VersionPolicy = client.DefaultVersionPolicy });
        Assert.Equal(HttpStatusCode.TooManyRequests, head.StatusCode);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.True(head.Content.Headers.ContentLength > 0);
        using HttpResponseMessage get = await client.GetAsync("/Allowed");
        Assert.Equal("allowed", await get.Content.ReadAsStringAsync());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_body_that_nobody_reads_does_not_keep_the_refusal_back(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol);
        using HttpClient client = Client(server, protocol);
        using HttpResponseMessage answer = await client.PostAsync("/Denied", new ByteArrayContent(new byte[200_000]));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        using HttpResponseMessage next = await client.PostAsync("/Allowed", new ByteArrayContent(new byte[10]));
        Assert.Equal("allowed", await next.Content.ReadAsStringAsync());
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task An_answer_that_was_begun_does_not_look_complete(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol);
        using HttpClient client = Client(server, protocol);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => client.GetStringAsync("/Started"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task A_closed_store_is_503(HttpProtocols protocol)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(protocol);
        using HttpClient client = Client(server, protocol);
        using HttpResponseMessage answer = await client.GetAsync("/Down");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("1", Assert.Single(answer.Headers.GetValues("Retry-After")));
        Assert.False(answer.Headers.Contains("RateLimit"));
    }

    [Fact]
    public async Task The_type_of_gRPC_over_HTTP_1_is_an_ordinary_request()
    {
        await using AnswerServer server = await AnswerServer.StartAsync(HttpProtocols.Http1);
        using HttpClient client = Client(server, HttpProtocols.Http1);
        using HttpResponseMessage answer = await client.PostAsync("/Denied", new StringContent("", Encoding.UTF8, "application/grpc"));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.False(answer.Headers.Contains("grpc-status"));
    }

    [Theory]
    [InlineData("application/grpc-web+proto", "application/grpc-web+proto")]
    [InlineData("application/grpc-web", "application/grpc-web+proto")]
    [InlineData("application/grpc-web-text", "application/grpc-web-text+proto")]
    public async Task A_gRPC_Web_call_gets_its_status_in_the_header_fields(string sent, string answered)
    {
        await using AnswerServer server = await AnswerServer.StartAsync(HttpProtocols.Http1);
        using HttpClient client = Client(server, HttpProtocols.Http1);
        ByteArrayContent content = new(new byte[5]);
        content.Headers.Add("Content-Type", sent);
        using HttpResponseMessage answer = await client.PostAsync("/Denied", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(answered, answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("8", Assert.Single(answer.Headers.GetValues("grpc-status")));
        Assert.Equal("2501", Assert.Single(answer.Headers.GetValues("grpc-retry-pushback-ms")));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    private static HttpClient Client(AnswerServer server, HttpProtocols protocol) => new()
    {
        BaseAddress = server.Address,
        DefaultRequestVersion = protocol == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };
}
