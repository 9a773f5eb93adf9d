using System.Net;
using Headgate.Conformance;

namespace Headgate.Http.Tests;

/// <summary>With a store that does not answer at once, as one over the network.</summary>
public sealed class RemoteStoreTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly FarSide _far = new();
    private readonly RemoteStore _store;

    public RemoteStoreTests() => _store = new RemoteStore(new MemoryStore(_clock));

    [Fact]
    public async Task Admits_and_refuses_as_the_store_says()
    {
        using HttpMessageInvoker client = Over(Limit.TokenBucket(1, Rate.PerSecond(1)), TimeSpan.Zero);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(Client.Get(), CancellationToken.None).InTime()).StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), HeadgateRefusal.Of(await client.SendAsync(Client.Get(), CancellationToken.None).InTime())!.RetryAfter);
        Assert.Equal(1, _far.Count);
    }

    [Fact]
    public async Task Waits_where_the_store_denies()
    {
        using HttpMessageInvoker client = Over(Limit.TokenBucket(1, Rate.PerSecond(1)), TimeSpan.FromSeconds(30));
        await client.SendAsync(Client.Get(), CancellationToken.None).InTime();
        Task<HttpResponseMessage> waits = client.SendAsync(Client.Get(), CancellationToken.None);
        await Watchdog.Until(() =>
        {
            if (_clock.PendingTimers == 1) _clock.Advance(TimeSpan.FromSeconds(1));
            return waits.IsCompleted;
        });
        Assert.Equal(HttpStatusCode.OK, (await waits).StatusCode);
    }

    [Fact]
    public void Synchronous_sending_says_what_to_do_instead()
    {
        using HttpMessageInvoker client = Over(Limit.TokenBucket(1, Rate.PerSecond(1)), TimeSpan.Zero);
        Assert.Contains("Use SendAsync", Assert.Throws<NotSupportedException>(() => client.Send(Client.Get(), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.Equal(0, _far.Count);
    }

    public void Dispose() => _store.Dispose();

    private HttpMessageInvoker Over(Limit limit, TimeSpan maxWait)
    {
        Limiter limiter = new(limit, _store, new LimiterOptions { TimeProvider = _clock });
        HeadgateHandlerOptions options = new() { MaxWait = maxWait, TimeProvider = _clock };
        return new HttpMessageInvoker(new HeadgateHandler(limiter, options) { InnerHandler = _far });
    }

    private sealed class RemoteStore(MemoryStore near) : IRateLimitStore, IDisposable
    {
        public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
        {
            await Task.Yield();
            return await near.AcquireAsync(charges, ct);
        }

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => near.PeekAsync(charges, ct);

        public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => near.ResetAsync(charge, ct);

        public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => near.EnterAsync(charges, lease, ct);

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => near.RenewAsync(charges, lease, ct);

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => near.ReleaseAsync(charges, lease, ct);

        public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => near.RefundAsync(charges, decision, ct);

        public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
            near.ForecastAsync(charges, costs, ct);

        public void Dispose() => near.Dispose();
    }
}
