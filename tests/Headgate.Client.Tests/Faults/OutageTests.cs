using Headgate.Client.Tests.Servers;
using Headgate.Conformance;

namespace Headgate.Client.Tests.Faults;

/// <summary>What answers while the service is away, that no call waits for it again and again, and that it is found when it is back.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(FailureMode.Open, true, CheckSource.FailOpen)]
    [InlineData(FailureMode.Closed, false, CheckSource.FailClosed)]
    [InlineData(FailureMode.Local, true, CheckSource.FailLocal)]
    public async Task The_failure_mode_answers(FailureMode mode, bool allowed, CheckSource source)
    {
        using Subject subject = new(Nowhere.Address(), o => (o.FailureMode, o.LocalLimit) = (mode, Limit.FixedWindow(5, Minute)));
        CheckResult result = await subject.Client.CheckAsync("t", "c", "x");
        Assert.Equal((allowed, source), (result.IsAllowed, result.Source));
        Assert.Equal(source, (await subject.Client.CheckAllAsync("t", "c", [new("x"), new("y", 2)])).Source);
        Assert.Equal(source, (await subject.Client.GetStatusAsync("t", "c", "x")).Source);
        Assert.All(await subject.Client.CheckAsync([new("t", "c", "x"), new("t", "d", "x")]), one => Assert.Equal(source, one.Result.Source));
    }

    [Fact]
    public async Task The_local_limit_is_that_of_the_check_for_each_client_of_each_tenant()
    {
        using Subject subject = new(Nowhere.Address(), _ => { });
        foreach ((string tenant, string client) in (ValueTuple<string, string>[])[("t", "c"), ("t", "d"), ("tc", ""), ("1:t", "c")])
        {
            string id = client.Length == 0 ? "x" : client;
            for (int left = 2; left >= 0; left--)
            {
                CheckResult allowed = await subject.Client.CheckAsync(new CheckRequest(tenant, id, "a") { MaxRequests = 3, Window = Minute });
                Assert.Equal((true, left, CheckSource.FailLocal), (allowed.IsAllowed, allowed.Remaining, allowed.Source));
            }

            CheckResult denied = await subject.Client.CheckAsync(new CheckRequest(tenant, id, "a") { MaxRequests = 3, Window = Minute });
            Assert.Equal((false, Minute), (denied.IsAllowed, denied.RetryAfter));
        }
    }

    [Fact]
    public async Task Several_actions_are_all_or_none_here_too()
    {
        using Subject subject = new(Nowhere.Address(), _ => { });
        ActionCost one = new("a") { MaxRequests = 1, Window = Minute };
        ActionCost two = new("b") { MaxRequests = 2, Window = Minute };
        Assert.True((await subject.Client.CheckAllAsync("t", "c", [one, two])).IsAllowed);
        Assert.False((await subject.Client.CheckAllAsync("t", "c", [one, two])).IsAllowed);
        CheckResult left = await subject.Client.CheckAsync(new CheckRequest("t", "c", "b") { MaxRequests = 2, Window = Minute });
        Assert.Equal((true, 0), (left.IsAllowed, left.Remaining));
    }

    [Fact]
    public async Task Where_no_limit_is_known_the_local_mode_admits_and_says_so()
    {
        using Subject subject = new(Nowhere.Address(), _ => { });
        Assert.Equal(CheckSource.FailOpen, (await subject.Client.CheckAsync("t", "c", "x")).Source);
    }

    /// <summary>Every call of the outage would cost its time-out; after three none does.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_service_that_hangs_costs_a_few_calls_their_time_and_no_more()
    {
        await using BadServer server = new(Fault.Hang);
        using Subject subject = new(server.Address, o => (o.Timeout, o.BreakAfter) = (TimeSpan.FromMilliseconds(200), 3));
        for (int i = 0; i < 3; i++)
        {
            Task<CheckResult> hanging = subject.Client.CheckAsync("t", "c", "x");
            await Soon.UntilAsync(() => server.Requests == i + 1);
            subject.Clock.Advance(TimeSpan.FromMilliseconds(200));
            Assert.Equal(CheckSource.FailOpen, (await hanging).Source);
        }

        // The clock stands still: a call that waited would never end.
        for (int i = 0; i < 100; i++) Assert.Equal(CheckSource.FailOpen, (await subject.Client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(3, server.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task No_call_takes_longer_than_its_time()
    {
        await using BadServer server = new(Fault.Hang);
        using Subject subject = new(server.Address, o => (o.Timeout, o.MaxRetries) = (TimeSpan.FromMilliseconds(200), 10));
        Task<CheckResult>[] calls = [.. Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? subject.Client.GetStatusAsync("t", "c", "x") : subject.Client.CheckAsync("t", "c", "x"))];
        await Soon.UntilAsync(() => server.Requests == 20);
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        subject.Clock.Advance(TimeSpan.FromMilliseconds(200));
        Assert.All(await Task.WhenAll(calls), result => Assert.Equal(CheckSource.FailOpen, result.Source));
    }

    /// <summary>The breaker's own probe finds it; no check is used for that.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_service_that_is_back_is_found_beside_the_calls()
    {
        bool isBack = false;
        await using BadServer server = new(_ => isBack ? Fault.None : Fault.ResetUnread);
        using Subject subject = new(server.Address, o => (o.BreakAfter, o.BreakDuration) = (2, TimeSpan.FromSeconds(1)));
        for (int i = 0; i < 2; i++) await subject.Client.CheckAsync("t", "c", "x");
        int before = server.Requests;
        subject.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(CheckSource.FailOpen, (await subject.Client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(before, server.Requests);

        isBack = true;
        subject.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Soon.UntilAsync(async () => (await subject.Client.CheckAsync("t", "back", "x")).Source == CheckSource.Service);
        Assert.Equal("GET /health/live HTTP/1.1", server.Heads.ElementAt(before).Split('\r')[0]);
        Assert.Equal(1, server.Charges["back"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_break_is_longer_up_to_a_bound()
    {
        await using BadServer server = new(Fault.ResetUnread);
        using Subject subject = new(server.Address, o => (o.BreakAfter, o.BreakDuration, o.MaxBreakDuration) = (1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(4)));
        await subject.Client.CheckAsync("t", "c", "x");
        foreach (int seconds in (int[])[1, 2, 4, 4])
        {
            int before = server.Requests;
            subject.Clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMicroseconds(1));
            await subject.Client.CheckAsync("t", "c", "x");
            Assert.Equal(before, server.Requests);
            subject.Clock.AdvanceMicros(1);
            // The probe before must have been reported; its failure is what the next length counts from.
            await Soon.UntilAsync(async () =>
            {
                await subject.Client.CheckAsync("t", "c", "x");
                return server.Requests > before;
            });
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    [Fact]
    public async Task A_call_goes_to_the_first_endpoint_that_is_there_and_back_when_that_is_back()
    {
        bool isAway = true;
        await using BadServer first = new(_ => isAway ? Fault.ResetUnread : Fault.None);
        await using BadServer second = new(Fault.None);
        using Subject subject = new(first.Address, o =>
        {
            o.Endpoints.Add(second.Address);
            o.BreakAfter = 1;
        });
        Assert.Equal(CheckSource.Service, (await subject.Client.GetStatusAsync("t", "c", "x")).Source);
        Assert.Equal(CheckSource.Service, (await subject.Client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(1, second.Charges["c"]);
        isAway = false;
        subject.Clock.Advance(TimeSpan.FromSeconds(1));
        int n = 0;
        await Soon.UntilAsync(async () =>
        {
            await subject.Client.CheckAsync("t", $"c{++n}", "x");
            return first.Charges.ContainsKey($"c{n}");
        });
    }

    [Theory]
    [InlineData(Fault.Garbage)]
    [InlineData(Fault.OtherJson)]
    [InlineData(Fault.NoHttp)]
    [InlineData(Fault.HalfAnswer)]
    [InlineData(Fault.Endless)]
    [InlineData(Fault.Error)]
    [InlineData(Fault.ProxyError)]
    public async Task What_cannot_be_understood_is_no_answer(Fault fault)
    {
        await using BadServer server = new(fault);
        using Subject subject = new(server.Address, o => o.MaxRetries = 0);
        Assert.Equal(CheckSource.FailOpen, (await subject.Client.CheckAsync("t", "c", "x")).Source);
        Assert.Equal(CheckSource.FailOpen, Assert.Single(await subject.Client.CheckAsync([new("t", "d", "x")])).Result.Source);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => subject.Client.Configuration.GetLimitAsync("t", "x"));
        Assert.Equal(LeaseResult.Unavailable, await subject.Client.ReleaseAsync("t", "c", "x", "1"));
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_his_and_says_nothing_of_the_service()
    {
        await using BadServer server = new(Fault.Hang);
        using Subject subject = new(server.Address, o => o.BreakAfter = 1);
        using CancellationTokenSource stop = new();
        Task<CheckResult> call = subject.Client.CheckAsync("t", "c", "x", ct: stop.Token);
        await Soon.UntilAsync(() => server.Requests == 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Task<CheckResult> next = subject.Client.CheckAsync("t", "c", "x");
        await Soon.UntilAsync(() => server.Requests == 2);
        subject.Clock.Advance(Minute);
        await next;
    }

    /// <summary>A client on a clock that stands still, so that nothing ends by itself.</summary>
    private sealed class Subject : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

        public Subject(Uri address, Action<HeadgateClientOptions> configure)
        {
            HeadgateClientOptions options = new() { Endpoints = { address }, TimeProvider = Clock, RetryDelay = TimeSpan.Zero, DenyCacheSize = 0, ConfigurationTimeout = Minute };
            configure(options);
            Client = new HeadgateClient(_http, options);
        }

        public FakeClock Clock { get; } = new();

        public HeadgateClient Client { get; }

        public void Dispose()
        {
            Client.Dispose();
            _http.Dispose();
        }
    }
}
