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

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 30)]
    [InlineData(true, 0)]
    public async Task Cancelled_while_the_store_answers_gives_back_what_was_taken(bool holds, int maxWait)
    {
        Limit limit = holds ? Limit.Concurrency(1) : Limit.FixedWindow(1, TimeSpan.FromDays(1));
        using HttpMessageInvoker client = Over(limit, TimeSpan.FromSeconds(maxWait));
        using CancellationTokenSource gone = new();
        _store.Answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<HttpResponseMessage> cancelled = client.SendAsync(Client.Get(), gone.Token);
        await Watchdog.Until(() => _store.Charged == 1);
        await gone.CancelAsync();
        _store.Answer.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());

        Assert.Equal(0, _far.Count);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(Client.Get(), CancellationToken.None).InTime()).StatusCode);
    }

    [Fact]
    public async Task Cancelled_before_the_store_is_asked_asks_nothing()
    {
        using HttpMessageInvoker client = Over(Limit.FixedWindow(1, TimeSpan.FromDays(1)), TimeSpan.Zero);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(Client.Get(), new CancellationToken(canceled: true)).InTime());
        Assert.Equal(0, _store.Charged);
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

    /// <summary>Whoever cancels while it answers does not learn that it has charged.</summary>
    private sealed class RemoteStore(MemoryStore near) : IRateLimitStore, IDisposable
    {
        private int _charged;

        public int Charged => Volatile.Read(ref _charged);

        /// <summary>Until when it is on its way; null for a moment.</summary>
        public TaskCompletionSource? Answer { get; set; }

        public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
        {
            await Task.Yield();
            return await OnItsWayAsync(await near.AcquireAsync(charges, ct), ct);
        }

        private async ValueTask<Decision> OnItsWayAsync(Decision decision, CancellationToken ct)
        {
            Interlocked.Increment(ref _charged);
            if (Answer is { } answer) await answer.Task.WaitAsync(ct);
            return decision;
        }

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => near.PeekAsync(charges, ct);

        public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => near.ResetAsync(charge, ct);

        public async ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            await OnItsWayAsync(await near.EnterAsync(charges, lease, ct), ct);

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => near.RenewAsync(charges, lease, ct);

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => near.ReleaseAsync(charges, lease, ct);

        public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => near.RefundAsync(charges, decision, ct);

        public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
            near.ForecastAsync(charges, costs, ct);

        public void Dispose() => near.Dispose();
    }
}
