using Headgate.Client.Tests.Servers;

namespace Headgate.Client.Tests.Live;

/// <summary>Configuration calls against the real service.</summary>
public sealed class ConfigurationTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<ActionLimit> Limits =>
    [
        ActionLimit.Of(10, Minute),
        ActionLimit.Of(10, TimeSpan.FromMicroseconds(1_500_001), LimitAlgorithm.SlidingWindow),
        ActionLimit.Of(10, Minute, LimitAlgorithm.FixedWindow),
        ActionLimit.Of(10, Minute, LimitAlgorithm.TokenBucket, burst: 20),
        ActionLimit.Of(10, Minute, LimitAlgorithm.LeakyBucket),
        ActionLimit.Of(10, Minute, LimitAlgorithm.Concurrency),
        ActionLimit.Of(10, Minute, LimitAlgorithm.Hybrid, burst: 5),
        ActionLimit.Custom("all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))"),
    ];

    [Theory, MemberData(nameof(Limits))]
    public async Task A_limit_comes_back_as_it_was_set(ActionLimit limit)
    {
        await using LiveService service = await LiveService.StartAsync();
        ConfigurationClient configuration = service.NewClient().Configuration;
        Assert.Null(await configuration.GetLimitAsync("a/b", "x/.."));
        ChangeResult made = await configuration.SetLimitAsync("a/b", "x/..", limit);
        Assert.True(made.IsMade);
        Versioned<ActionLimit> read = Assert.IsType<Versioned<ActionLimit>>(await configuration.GetLimitAsync("a/b", "x/.."));
        Assert.Equal((limit, made.ETag), (read.Value, read.ETag));
        Assert.Null(await configuration.GetLimitAsync("a/b", "c", "x/.."));
        Assert.True((await configuration.SetLimitAsync("a/b", "c", "x/..", limit)).IsMade);
        Assert.Equal(limit, (await configuration.GetTenantAsync("a/b"))!.Value.Clients["c"]["x/.."]);
        Assert.Equal(limit, (await configuration.GetTenantAsync("a/b"))!.Value.Actions["x/.."]);
        Assert.True((await configuration.RemoveLimitAsync("a/b", "c", "x/..")).IsMade);
        Assert.Equal(ChangeOutcome.NotFound, (await configuration.RemoveLimitAsync("a/b", "c", "x/..")).Outcome);
    }

    [Fact]
    public async Task Two_editors_do_not_overwrite_each_other()
    {
        await using LiveService service = await LiveService.StartAsync();
        ConfigurationClient one = service.NewClient().Configuration;
        ConfigurationClient other = service.NewClient().Configuration;
        Assert.True((await one.SetLimitAsync("acme", "login", ActionLimit.Of(10, Minute), ChangeCondition.New)).IsMade);
        ChangeResult second = await other.SetLimitAsync("acme", "login", ActionLimit.Of(20, Minute), ChangeCondition.New);
        Assert.Equal(ChangeOutcome.Conflict, second.Outcome);
        Assert.NotNull(second.Detail);

        string etag = (await one.GetLimitAsync("acme", "login"))!.ETag;
        Assert.True((await one.SetLimitAsync("acme", "login", ActionLimit.Of(11, Minute), ChangeCondition.Unchanged(etag))).IsMade);
        Assert.Equal(ChangeOutcome.Conflict, (await other.SetLimitAsync("acme", "login", ActionLimit.Of(12, Minute), ChangeCondition.Unchanged(etag))).Outcome);
        Assert.Equal(ChangeOutcome.Conflict, (await other.RemoveLimitAsync("acme", "login", ChangeCondition.Unchanged(etag))).Outcome);
        Assert.Equal(11, (await other.GetLimitAsync("acme", "login"))!.Value.MaxRequests);
    }

    [Fact]
    public async Task Tenants_and_global_settings_come_back_as_they_were_set()
    {
        await using LiveService service = await LiveService.StartAsync();
        ConfigurationClient configuration = service.NewClient().Configuration;
        TenantSettings tenant = new() { Weight = 3, MaxQueueSize = 7, OnStoreFailure = FailureMode.Closed };
        Assert.True((await configuration.SetTenantAsync("acme", tenant)).IsMade);
        Assert.Equal(tenant, (await configuration.GetTenantAsync("acme"))!.Value.Settings);
        Versioned<GlobalSettings> before = await configuration.GetGlobalAsync();
        Assert.Equal((200, 100), (before.Value.MaxGlobalConcurrentRequests, before.Value.MaxTenantQueueSize));
        GlobalSettings change = new() { QueueTimeout = TimeSpan.FromMilliseconds(1_500), DefaultLimit = ActionLimit.Of(7, Minute, LimitAlgorithm.TokenBucket, 9) };
        Assert.True((await configuration.SetGlobalAsync(change, ChangeCondition.Unchanged(before.ETag))).IsMade);
        Assert.Equal(ChangeOutcome.Conflict, (await configuration.SetGlobalAsync(change with { MaxQueuedRequests = 1 }, ChangeCondition.Unchanged(before.ETag))).Outcome);
        Assert.Equal(before.Value with { QueueTimeout = change.QueueTimeout, DefaultLimit = change.DefaultLimit }, (await configuration.GetGlobalAsync()).Value);
        Assert.Contains("\"acme\"", (await configuration.GetAllAsync()).Value, StringComparison.Ordinal);
        Assert.True((await configuration.RemoveTenantAsync("acme")).IsMade);
        Assert.Null(await configuration.GetTenantAsync("acme"));
    }

    [Fact]
    public async Task A_wrong_number_is_refused_with_the_field()
    {
        await using LiveService service = await LiveService.StartAsync();
        HeadgateClientException refused = await Assert.ThrowsAsync<HeadgateClientException>(
            () => service.NewClient().Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(0, Minute)));
        Assert.Equal((System.Net.HttpStatusCode.BadRequest, "max_requests"), (refused.Status, refused.Field));
    }

    /// <summary>What is configured holds for checks at once, and here while the service is away.</summary>
    [Fact]
    public async Task A_limit_that_was_set_is_known_when_the_service_is_away()
    {
        LiveService service = await LiveService.StartAsync();
        HeadgateClient client = service.NewClient(o => (o.TimeProvider, o.MaxRetries, o.DenyCacheSize) = (service.Clock, 0, 100));
        await client.Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(1, Minute));
        Assert.True((await client.CheckAsync("acme", "c", "login")).IsAllowed);
        Assert.False((await client.CheckAsync("acme", "c", "login")).IsAllowed);
        // The denial is forgotten with the change.
        await client.Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(2, Minute));
        Assert.True((await client.CheckAsync("acme", "c", "login")).IsAllowed);
        await service.StopAsync();
        List<bool> local = [];
        for (int i = 0; i < 3; i++) local.Add(await LocalAsync());
        Assert.Equal([true, true, false], local);
        await service.DisposeAsync();

        async Task<bool> LocalAsync()
        {
            CheckResult result = await client.CheckAsync("acme", "c", "login");
            Assert.Equal(CheckSource.FailLocal, result.Source);
            return result.IsAllowed;
        }
    }

    /// <summary>The answer to the change is lost, the change is repeated and finds itself made.</summary>
    [Theory]
    [InlineData(Fault.ResetDecided)]
    [InlineData(Fault.HalfAnswer)]
    public async Task A_change_that_was_made_unheard_is_no_conflict(Fault fault)
    {
        await using LiveService service = await LiveService.StartAsync();
        await using LossyProxy proxy = await LossyProxy.StartAsync(service.Address, fault);
        HeadgateClient client = service.NewClient(o =>
        {
            o.Endpoints.Clear();
            o.Endpoints.Add(proxy.Address);
            o.RetryDelay = TimeSpan.Zero;
        });
        proxy.LoseNext();
        ChangeResult made = await client.Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(10, Minute), ChangeCondition.New);
        Assert.True(made.IsMade);
        proxy.LoseNext();
        ChangeResult changed = await client.Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(11, Minute), ChangeCondition.Unchanged(made.ETag!));
        Assert.True(changed.IsMade);
        Assert.Equal((11L, changed.ETag), ((await client.Configuration.GetLimitAsync("acme", "login"))!.Value.MaxRequests, (await client.Configuration.GetLimitAsync("acme", "login"))!.ETag));
        proxy.LoseNext();
        ServiceUnavailableException open = await Assert.ThrowsAsync<ServiceUnavailableException>(() => client.Configuration.SetLimitAsync("acme", "login", ActionLimit.Of(12, Minute)));
        Assert.True(open.IsUncertain);
        proxy.LoseNext();
        Assert.True((await client.Configuration.RemoveLimitAsync("acme", "login", ChangeCondition.Unchanged((await service.NewClient().Configuration.GetLimitAsync("acme", "login"))!.ETag))).IsMade);
    }
}
