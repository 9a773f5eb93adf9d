using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Headgate.Server.Tests.Decisions;

public sealed class BadBodyTests
{
    private const string Ids = "\"tenant_id\":\"acme\",\"client_id\":\"c1\",\"action_type\":\"login\"";

    [Theory]
    [InlineData("{}", "tenant_id")]
    [InlineData("""{"tenant_id":"a","client_id":"b"}""", "action_type")]
    [InlineData("""{"tenant_id":"","client_id":"b","action_type":"c"}""", "tenant_id")]
    [InlineData("""{"tenant_id":null,"client_id":"b","action_type":"c"}""", "tenant_id")]
    [InlineData("""{"tenant_id":"a","client_id":7,"action_type":"c"}""", "client_id")]
    [InlineData("""{"tenant_id":"a","client_id":["b"],"action_type":"c"}""", "client_id")]
    [InlineData("""{"tenant_id":"a","client_id":{"b":{"c":1}},"action_type":"c"}""", "client_id")]
    [InlineData("""{"tenant_id":"a","client_id":"\ud800","action_type":"c"}""", "client_id")]
    [InlineData("""{"tenant_id":"a","client_id":"b","action_type":true}""", "action_type")]
    [InlineData("{IDS,\"tenant_id\":\"b\"}", "tenant_id")]
    [InlineData("{IDS,\"tenant\\u005fid\":\"b\"}", "tenant_id")]
    [InlineData("{IDS,\"cost\":1,\"cost\":1}", "cost")]
    [InlineData("{IDS,\"Cost\":1}", "Cost")]
    [InlineData("{IDS,\"\":1}", "")]
    [InlineData("{IDS,\"x\":{\"tenant_id\":[1]}}", "x")]
    [InlineData("{IDS,\"actions\":[]}", "actions")]
    [InlineData("{IDS,\"cost\":-1}", "cost")]
    [InlineData("{IDS,\"cost\":1.5}", "cost")]
    [InlineData("{IDS,\"cost\":\"1\"}", "cost")]
    [InlineData("{IDS,\"cost\":true}", "cost")]
    [InlineData("{IDS,\"cost\":1e400}", "cost")]
    [InlineData("{IDS,\"cost\":1000000000000001}", "cost")]
    [InlineData("{IDS,\"cost\":99999999999999999999999999}", "cost")]
    [InlineData("{IDS,\"max_requests\":0}", "max_requests")]
    [InlineData("{IDS,\"max_requests\":1000001}", "max_requests")]
    [InlineData("{IDS,\"max_requests\":[]}", "max_requests")]
    [InlineData("{IDS,\"window_duration_seconds\":0}", "window_duration_seconds")]
    [InlineData("{IDS,\"window_duration_seconds\":1e-7}", "window_duration_seconds")]
    [InlineData("{IDS,\"window_duration_seconds\":0.12345678901234567890123456789012345}", "window_duration_seconds")]
    [InlineData("{IDS,\"window_duration_seconds\":3155760001}", "window_duration_seconds")]
    [InlineData("{IDS,\"window_duration_seconds\":1e999999999999999999999}", "window_duration_seconds")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement problem) = await service.PostAsync("/api/check_and_consume", body.Replace("IDS", Ids, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Equal(400, problem.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("{IDS,\"cost\":-0}", 100)]
    [InlineData("{IDS,\"cost\":1E1}", 90)]
    [InlineData("{IDS,\"cost\":10.0}", 90)]
    [InlineData("{IDS,\"cost\":1000e-2}", 90)]
    [InlineData("{IDS,\"cost\":null,\"max_requests\":null}", 99)]
    [InlineData("{IDS,\"window_duration_seconds\":3155760000}", 99)]
    [InlineData("  {IDS,\r\n\"\\u0063ost\":2}\t\n", 98)]
    public async Task A_number_is_what_it_says_however_it_is_written(string body, long remaining)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement answer) = await service.PostAsync("/api/check_and_consume", body.Replace("IDS", Ids, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(remaining, answer.GetProperty("remaining_requests").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("{")]
    [InlineData("{IDS,}")]
    [InlineData("{IDS}{}")]
    [InlineData("{IDS} x")]
    [InlineData("{IDS,/**/\"cost\":1}")]
    [InlineData("{IDS,\"cost\":01}")]
    [InlineData("{IDS,\"cost\":NaN}")]
    [InlineData("{IDS,\"x\":[[[[[[[[[[[[[1]]]]]]]]]]]]]}")]
    [InlineData("\uFEFF{IDS}")]
    [InlineData("{'tenant_id':1}")]
    public async Task What_is_no_object_in_JSON_is_refused(string body)
    {
        await using Service service = await Service.StartAsync();
        (HttpStatusCode status, JsonElement problem) = await service.PostAsync("/api/check_and_consume", body.Replace("IDS", Ids, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.True(problem.GetProperty("detail").GetString()!.Length > 20);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF0, 0x9F })]
    public async Task What_is_not_UTF8_is_refused(byte[] bytes)
    {
        await using Service service = await Service.StartAsync();
        byte[] body = [.. "{\"tenant_id\":\""u8, .. bytes, .. "\",\"client_id\":\"b\",\"action_type\":\"c\"}"u8];
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(service, body, "application/json"));
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=UTF-8", 200)]
    [InlineData("application/vnd.acme+json", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("nonsense", 415)]
    [InlineData(null, 415)]
    public async Task The_body_must_say_that_it_is_JSON(string? type, int status)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(status, (int)await SendAsync(service, Encoding.UTF8.GetBytes($"{{{Ids}}}"), type));
    }

    [Fact]
    public async Task A_body_that_is_encoded_is_refused()
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(415, (int)await SendAsync(service, Encoding.UTF8.GetBytes($"{{{Ids}}}"), "application/json", request => request.Content!.Headers.ContentEncoding.Add("gzip")));
    }

    [Theory]
    [InlineData(64 * 1024, false, 200)]
    [InlineData((64 * 1024) + 1, false, 413)]
    [InlineData(64 * 1024, true, 200)]
    [InlineData((64 * 1024) + 1, true, 413)]
    [InlineData(1024 * 1024, true, 413)]
    public async Task A_body_has_64_KiB_at_most(int length, bool chunked, int status)
    {
        await using Service service = await Service.StartAsync();
        byte[] body = Encoding.UTF8.GetBytes($"{{{Ids}{new string(' ', length - Ids.Length - 2)}}}");
        Assert.Equal(status, (int)await SendAsync(service, body, "application/json", request => request.Headers.TransferEncodingChunked = chunked));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Another_method_is_not_allowed(string method)
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await service.SendAsync(new HttpMethod(method), "/api/check_and_consume", method == "GET" ? null : $"{{{Ids}}}")).Status);
    }

    private static async Task<HttpStatusCode> SendAsync(Service service, byte[] body, string? type, Action<HttpRequestMessage>? change = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/check_and_consume") { Content = new ByteArrayContent(body) };
        if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        change?.Invoke(request);
        using HttpResponseMessage response = await service.Client.SendAsync(request);
        if (!response.IsSuccessStatusCode) Assert.Equal(new MediaTypeHeaderValue("application/problem+json"), response.Content.Headers.ContentType);
        return response.StatusCode;
    }
}
