using Headgate.Client.Tests.Servers;

namespace Headgate.Client.Tests.Live;

/// <summary>Checks against the real service.</summary>
public sealed class CheckTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_check_is_answered_exactly()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        CheckRequest ask = new("acme", "c1", "login", 3) { MaxRequests = 10, Window = Minute };
        for (int left = 7; left > 0; left -= 3)
        {
            CheckResult allowed = await client.CheckAsync(ask);
            Assert.Equal((true, left, TimeSpan.Zero), (allowed.IsAllowed, allowed.Remaining, allowed.RetryAfter));
            Assert.Equal((CheckStatus.Processed, CheckSource.Service), (allowed.Status, allowed.Source));
            Assert.Equal(service.Clock.GetUtcNow() + Minute, allowed.ResetAt);
            service.Clock.AdvanceMicros(1_500_000);
        }

        CheckResult denied = await client.CheckAsync(ask);
        Assert.Equal((false, 1), (denied.IsAllowed, denied.Remaining));
        Assert.Equal(Minute - TimeSpan.FromMicroseconds(4_500_000), denied.RetryAfter);
        Assert.Equal(Timeout.InfiniteTimeSpan, (await client.CheckAsync(ask with { Cost = 11 })).RetryAfter);
    }

    [Fact]
    public async Task Status_takes_nothing_and_cost_zero_neither()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        CheckRequest ask = new("acme", "c1", "login") { MaxRequests = 5, Window = Minute };
        for (int i = 0; i < 3; i++)
        {
            CheckResult status = await client.GetStatusAsync("acme", "c1", "login", 5, Minute);
            Assert.Equal((true, 5), (status.IsAllowed, status.Remaining));
            Assert.Equal(5, (await client.CheckAsync(ask with { Cost = 0 })).Remaining);
        }

        Assert.Equal(4, (await client.CheckAsync(ask)).Remaining);
        Assert.Equal(4, (await client.GetStatusAsync("acme", "c1", "login", 5, Minute)).Remaining);
    }

    /// <summary>Each combination is a client of its own: no tenant is mixed up with another.</summary>
    [Fact]
    public async Task Ids_of_any_text_stay_apart()
    {
        string[] ids = ["a", "a/b", "a%2Fb", "..", ".", "ä\n\"?#", "日本", "a b", "a+b", "\u0001", "😀"];
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient();
        foreach (string tenant in ids)
        {
            foreach (string id in ids)
            {
                CheckResult first = await client.CheckAsync(new CheckRequest(tenant, id, id) { MaxRequests = 9, Window = Minute });
                Assert.Equal(8, first.Remaining);
            }
        }

        foreach (string id in ids.Except([".", ".."])) Assert.Equal(8, (await client.GetStatusAsync(id, id, id, 9, Minute)).Remaining);
        // These two cannot stand in a path; a question that is refused reached nobody else.
        HeadgateClientException refused = await Assert.ThrowsAsync<HeadgateClientException>(() => client.GetStatusAsync("..", "c", "x"));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.Status);
    }

    [Fact]
    public async Task A_denied_client_asks_again_when_it_may()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient(o => (o.DenyCacheSize, o.TimeProvider) = (100, service.Clock));
        CheckRequest ask = new("acme", "c1", "login") { MaxRequests = 1, Window = TimeSpan.FromMilliseconds(500) };
        Assert.True((await client.CheckAsync(ask)).IsAllowed);
        Assert.Equal(CheckSource.Service, (await client.CheckAsync(ask)).Source);
        service.Clock.AdvanceMicros(499_999);
        CheckResult cached = await client.CheckAsync(ask);
        Assert.Equal((CheckSource.DenyCache, TimeSpan.FromMicroseconds(1)), (cached.Source, cached.RetryAfter));
        service.Clock.AdvanceMicros(1);
        Assert.True((await client.CheckAsync(ask)).IsAllowed);
    }

    [Fact]
    public async Task A_service_that_goes_away_and_comes_back_is_met_with_the_local_limit_meanwhile()
    {
        LiveService service = await LiveService.StartAsync();
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        using HeadgateClient client = new(http, new HeadgateClientOptions
        {
            Endpoints = { service.Address },
            Timeout = TimeSpan.FromSeconds(60),
            BreakAfter = 1,
            BreakDuration = TimeSpan.FromMilliseconds(10),
            MaxBreakDuration = TimeSpan.FromMilliseconds(20),
            DenyCacheSize = 0,
        });
        CheckRequest ask = new("acme", "c1", "login") { MaxRequests = 3, Window = TimeSpan.FromHours(1) };
        Assert.Equal(CheckSource.Service, (await client.CheckAsync(ask)).Source);
        string urls = service.Address.ToString();
        await service.DisposeAsync();
        List<bool> local = [];
        for (int i = 0; i < 5; i++)
        {
            CheckResult result = await client.CheckAsync(ask);
            Assert.Equal(CheckSource.FailLocal, result.Source);
            local.Add(result.IsAllowed);
        }

        Assert.Equal([true, true, true, false, false], local);
        await using LiveService again = await LiveService.StartAsync(urls);
        await Soon.UntilAsync(async () => (await client.CheckAsync(ask)).Source == CheckSource.Service);
    }
}
