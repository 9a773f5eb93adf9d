using System.Net;
using Headgate.Client.Tests.Servers;

namespace Headgate.Client.Tests.Live;

/// <summary>Batches, several actions as one decision, leases, keys and health against the real service.</summary>
public sealed class ManyTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_batch_is_answered_in_order_each_for_itself()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        CheckRequest ask = new("acme", "c", "x") { MaxRequests = 3, Window = Minute };
        IReadOnlyList<BatchResult> results = await client.CheckAsync([ask, ask with { Cost = 3 }, ask with { Client = "d", Cost = 3 }, ask, ask with { Cost = 4 }, ask]);
        Assert.Equal([true, false, true, true, false, true], results.Select(one => one.IsAllowed));
        Assert.Equal([2L, 2, 0, 1, 1, 0], results.Select(one => one.Result.Remaining));
        Assert.Equal(Timeout.InfiniteTimeSpan, results[4].Result.RetryAfter);
        Assert.Empty(await client.CheckAsync([]));
        Assert.Equal(HeadgateClient.MaxBatch, (await client.CheckAsync([.. Enumerable.Range(0, HeadgateClient.MaxBatch).Select(i => ask with { Client = $"{i}" })])).Count(one => one.IsAllowed));
        await Assert.ThrowsAsync<ArgumentException>(() => client.CheckAsync([.. Enumerable.Repeat(ask, HeadgateClient.MaxBatch + 1)]));
    }

    [Fact]
    public async Task A_batch_tells_of_each_check_that_is_refused()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        // A sliding log has at most a million entries.
        CheckRequest bad = new("acme", "c", "x") { MaxRequests = LimitBounds.MaxPermits, Window = Minute };
        IReadOnlyList<BatchResult> results = await client.CheckAsync([new("acme", "c", "y"), bad, new("acme", "d", "y")]);
        Assert.Equal([true, false, true], results.Select(one => one.IsAllowed));
        Assert.Equal((HttpStatusCode.BadRequest, "max_requests"), (results[1].Refusal!.Status, results[1].Refusal!.Field));
        HeadgateClientException refused = await Assert.ThrowsAsync<HeadgateClientException>(() => client.CheckAsync(bad));
        Assert.Equal((HttpStatusCode.BadRequest, "max_requests"), (refused.Status, refused.Field));
    }

    [Fact]
    public async Task Several_actions_are_taken_all_or_none()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        ActionCost one = new("a") { MaxRequests = 1, Window = Minute };
        ActionCost two = new("b", 2) { MaxRequests = 5, Window = Minute };
        CheckResult first = await client.CheckAllAsync("acme", "c", [one, two]);
        Assert.Equal((true, 0), (first.IsAllowed, first.Remaining));
        CheckResult second = await client.CheckAllAsync("acme", "c", [one, two]);
        Assert.False(second.IsAllowed);
        Assert.Equal(["a"], second.DeniedBy!);
        Assert.Equal(3, (await client.GetStatusAsync("acme", "c", "b", 5, Minute)).Remaining);
    }

    [Fact]
    public async Task Permits_that_are_held_come_back_once()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient(o => (o.DenyCacheSize, o.TimeProvider) = (100, service.Clock));
        await client.Configuration.SetLimitAsync("acme", "upload", ActionLimit.Of(1, Minute, LimitAlgorithm.Concurrency));
        CheckResult held = await client.CheckAsync("acme", "c", "upload");
        Assert.True(held.IsAllowed);
        Assert.False((await client.CheckAsync("acme", "c", "upload")).IsAllowed);
        service.Clock.Advance(Minute / 2);
        Assert.Equal(LeaseResult.Done, await client.RenewAsync("acme", "c", "upload", held.LeaseId!));
        service.Clock.Advance(Minute - TimeSpan.FromMicroseconds(1));
        Assert.False((await client.CheckAsync("acme", "c", "upload")).IsAllowed);
        Assert.Equal(LeaseResult.Done, await client.ReleaseAsync("acme", "c", "upload", held.LeaseId!));
        Assert.Equal(LeaseResult.NotHeld, await client.ReleaseAsync("acme", "c", "upload", held.LeaseId!));
        Assert.Equal(LeaseResult.NotHeld, await client.RenewAsync("acme", "c", "upload", held.LeaseId!));
        // The denial that was remembered went with the release.
        Assert.True((await client.CheckAsync("acme", "c", "upload")).IsAllowed);
    }

    [Fact]
    public async Task A_wrong_key_is_a_refusal_and_never_an_admission()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient(o => o.ApiKey = "hg_unknown_key");
        HeadgateClientException refused = await Assert.ThrowsAsync<HeadgateClientException>(() => client.CheckAsync("acme", "c", "x"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.DoesNotContain("hg_unknown_key", refused.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HeadgateClientException>(() => client.Configuration.GetGlobalAsync())).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<HeadgateClientException>(() => client.CheckAsync([new("t", "c", "x")]))).Status);
    }

    /// <summary>The real service charges it, the answer is lost, and it is not asked again.</summary>
    [Theory]
    [InlineData(Fault.ResetDecided)]
    [InlineData(Fault.HalfAnswer)]
    public async Task A_check_whose_answer_is_lost_is_charged_once(Fault fault)
    {
        await using LiveService service = await LiveService.StartAsync();
        await using LossyProxy proxy = await LossyProxy.StartAsync(service.Address, fault);
        HeadgateClient client = service.NewClient(o =>
        {
            o.Endpoints.Clear();
            o.Endpoints.Add(proxy.Address);
            o.MaxRetries = 10;
            o.FailureMode = FailureMode.Open;
        });
        CheckRequest ask = new("acme", "c", "x") { MaxRequests = 10, Window = Minute };
        Assert.Equal(9, (await client.CheckAsync(ask)).Remaining);
        proxy.LoseNext();
        Assert.Equal(CheckSource.FailOpen, (await client.CheckAsync(ask)).Source);
        Assert.Equal(8, (await client.GetStatusAsync("acme", "c", "x", 10, Minute)).Remaining);
        proxy.LoseNext();
        Assert.Equal(CheckSource.FailOpen, (await client.CheckAllAsync("acme", "c", [new("x") { MaxRequests = 10, Window = Minute }])).Source);
        Assert.Equal(7, (await client.GetStatusAsync("acme", "c", "x", 10, Minute)).Remaining);
    }

    [Fact]
    public async Task Health_says_whether_it_is_ready()
    {
        await using LiveService service = await LiveService.StartAsync();
        ServiceHealth health = await service.NewClient().GetHealthAsync();
        Assert.Equal((true, HttpStatusCode.OK), (health.IsReady, health.Status));
        Assert.Contains("ready", health.Report, StringComparison.Ordinal);
        using HttpClient http = new();
        using HeadgateClient lost = new(http, new HeadgateClientOptions { Endpoints = { Nowhere.Address() } });
        Assert.Equal((false, default), ((await lost.GetHealthAsync()).IsReady, (await lost.GetHealthAsync()).Status));
    }
}
