using System.Net;

namespace Headgate.Http.Tests;

/// <summary>A request that is admitted at once allocates not a byte more than without the handler, where the answer is there at once.</summary>
[Collection(nameof(Alone))]
public class AllocationTests
{
    [Theory]
    [InlineData("http://api.test/")]
    [InlineData("http://api.test:8080/")]
    public void An_admitted_request_allocates_nothing(string address)
    {
        using HttpResponseMessage plain = FarSide.Response(HttpStatusCode.OK, "Date: Thu, 01 Jan 2026 00:00:00 GMT", "Server: Kestrel");
        Assert.Equal(0, AllocatedBy(address, plain));
    }

    [Theory]
    [InlineData("RateLimit: \"burst\";r=5;t=30", "RateLimit-Policy: \"burst\";q=9;w=60")]
    [InlineData("X-RateLimit-Limit: 60", "X-RateLimit-Remaining: 55", "X-RateLimit-Reset: 1767225700")]
    public void Nor_does_an_answer_that_says_that_some_are_left(params string[] fields)
    {
        using HttpResponseMessage answer = FarSide.Response(HttpStatusCode.OK, fields);
        Assert.Equal(0, AllocatedBy("http://api.test/", answer));
    }

    private static long AllocatedBy(string address, HttpResponseMessage answer)
    {
        using MemoryStore store = new();
        Limiter limiter = new(Limit.TokenBucket(1_000_000_000, Rate.PerSecond(1_000_000)), store);
        using HttpMessageInvoker bare = new(new PassesOn { InnerHandler = new Answers(Task.FromResult(answer)) }, disposeHandler: false);
        using HttpMessageInvoker limited = new(new HeadgateHandler(limiter) { InnerHandler = new Answers(Task.FromResult(answer)) }, disposeHandler: false);
        return BytesOf(limited, address) - BytesOf(bare, address);
    }

    private static long BytesOf(HttpMessageInvoker invoker, string address)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, address);
        for (int i = 0; i < 2000; i++) Take(invoker.SendAsync(request, CancellationToken.None));
        long least = long.MaxValue;
        for (int run = 0; run < 3; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 2000; i++) Take(invoker.SendAsync(request, CancellationToken.None));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Take(Task<HttpResponseMessage> sent)
    {
        if (!sent.IsCompletedSuccessfully) throw new InvalidOperationException("An answer that is there must be handed on at once.");
    }

    private sealed class PassesOn : DelegatingHandler;

    private sealed class Answers(Task<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer;
    }
}
