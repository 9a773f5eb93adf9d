using System.Net;
using System.Text;

namespace Headgate.Http.Tests.Holding;

/// <summary>A place of a concurrency limit is held until the answer's body is done with, however that comes.</summary>
public class LeaseTests
{
    private static readonly Limit One = Limit.Concurrency(1);

    public static TheoryData<string, Func<HttpResponseMessage, Task>> Ends => new()
    {
        { "disposed", response => Task.Run(response.Dispose) },
        { "read as text", response => response.Content.ReadAsStringAsync() },
        { "copied", response => response.Content.CopyToAsync(Stream.Null) },
        { "buffered", response => response.Content.LoadIntoBufferAsync() },
        { "stream read to the end", async response => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null) },
        { "stream read synchronously", response => Task.Run(() => response.Content.ReadAsStream().CopyTo(Stream.Null)) },
        { "stream disposed", async response => await (await response.Content.ReadAsStreamAsync()).DisposeAsync() },
        {
            "stream read piece by piece", async response =>
            {
                Stream body = await response.Content.ReadAsStreamAsync();
                byte[] piece = new byte[3];
                while (await body.ReadAsync(piece) > 0) Assert.False(body.CanWrite);
            }
        },
    };

    [Theory, MemberData(nameof(Ends))]
    public async Task Holds_its_place_until_the_body_is(string how, Func<HttpResponseMessage, Task> end)
    {
        Assert.NotEmpty(how);
        using Client client = new(One, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new MemoryStream(Encoding.UTF8.GetBytes("some text"))) };
        HttpResponseMessage response = await client.SendAsync();
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
        await end(response);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task Reading_a_part_does_not_end_it_and_an_empty_read_neither()
    {
        using Client client = new(One, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new MemoryStream(new byte[100])) };
        HttpResponseMessage response = await client.SendAsync();
        Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[100], TestContext.Current.CancellationToken);
        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
        Assert.Equal(0, await body.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_body_that_fails_ends_it()
    {
        using Client client = new(One, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new BrokenStream()) };
        HttpResponseMessage response = await client.SendAsync();
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
        Stream body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<IOException>(() => body.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask());
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_request_that_fails_ends_it()
    {
        using Client client = new(One, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => throw new HttpRequestException("reset");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync());
    }

    [Theory]
    [InlineData(204)]
    [InlineData(200)]
    public async Task An_answer_without_a_body_holds_nothing(int status)
    {
        using Client client = new(One, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => new HttpResponseMessage((HttpStatusCode)status);
        for (int i = 0; i < 3; i++) Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task Waits_until_another_is_done_and_takes_its_place()
    {
        using Client client = new(One);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new MemoryStream([1])) };
        HttpResponseMessage first = await client.SendAsync("/0");
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> leaves = client.SendAsync("/leaves", gone.Token), second = client.SendAsync("/1");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves.InTime());
        Assert.False(second.IsCompleted);
        first.Dispose();
        (await second.InTime()).Dispose();
        Assert.Equal(["/0", "/1"], client.FarSide.Paths);
        Assert.Equal(1, (await client.Limiter.PeekAsync("api.test", 1, TestContext.Current.CancellationToken)).Remaining);
    }

    [Fact]
    public async Task In_a_composite_the_place_comes_back_and_the_token_does_not()
    {
        using Client client = new(Limit.AllOf(One, Limit.TokenBucket(2, Rate.PerMinute(1))), o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new MemoryStream([1])) };
        (await client.SendAsync()).Dispose();
        (await client.SendAsync()).Dispose();
        Assert.Contains("token_bucket", HeadgateRefusal.Of(await client.SendAsync())!.Decision.DecidedBy, StringComparison.Ordinal);
        client.Advance(60);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_cost_of_nothing_holds_nothing()
    {
        using Client client = new(One, o => (o.MaxWait, o.Cost) = (TimeSpan.Zero, 0));
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = Body(new MemoryStream([1])) };
        for (int i = 0; i < 3; i++) Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    private static StreamContent Body(Stream stream)
    {
        StreamContent content = new(stream);
        content.Headers.ContentType = new("text/plain");
        return content;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("reset");
    }
}
