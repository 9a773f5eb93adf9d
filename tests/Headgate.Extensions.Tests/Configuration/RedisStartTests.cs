using Headgate.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>Redis as the store that the code or the configuration names.</summary>
public sealed class RedisStartTests
{
    private const string Policy = "policies: { api: { limits: 'fixed_window(permits=3, window=365d)', on_store_failure: closed } }\n";

    [Fact]
    public async Task The_store_of_the_configuration_is_used_from_the_first_request_on()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", $"{Policy}store: {{ redis: '{redis.Configuration}', prefix: shop, timeout: 20s }}");
        using IHost host = Build(headgate => headgate.AddConfigurationFile(file).UseRedis());
        await host.StartAsync(TestContext.Current.CancellationToken);
        IRateLimitPolicies policies = host.Services.GetRequiredService<IRateLimitPolicies>();
        Assert.Equal(DecisionSource.Store, (await policies.AcquireAsync("api", "alice")).Source);
        Assert.Contains("shop", await redis.CliAsync("keys", "*"), StringComparison.Ordinal);
        Assert.Equal(2, (await policies.PeekAsync("api", "alice", 0)).Remaining);
        await policies.ResetAsync("api", "alice");
        Assert.Equal(3, (await policies.PeekAsync("api", "alice", 0)).Remaining);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_redis_that_is_away_does_not_stop_the_start_and_is_found_when_it_is_there()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await redis.KillAsync();
        using IHost host = Build(headgate => headgate
            .AddPolicy("closed", Limit.FixedWindow(3, TimeSpan.FromDays(365)), policy => policy with { OnStoreFailure = FailureMode.Closed })
            .AddPolicy("open", Limit.FixedWindow(3, TimeSpan.FromDays(365)))
            .UseRedis(redis.Configuration));
        await host.StartAsync(TestContext.Current.CancellationToken);
        IRateLimitPolicies policies = host.Services.GetRequiredService<IRateLimitPolicies>();
        Assert.Equal(DecisionSource.FailClosed, (await policies.AcquireAsync("closed", "alice")).Source);
        Assert.Equal(DecisionSource.FailOpen, (await policies.AcquireAsync("open", "alice")).Source);
        await redis.StartAgainAsync();
        DecisionSource source = default;
        for (int i = 0; i < 1_500 && source != DecisionSource.Store; i++)
        {
            source = (await policies.PeekAsync("closed", "alice")).Source;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(DecisionSource.Store, source);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_applications_own_connection_is_used_and_left_open()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        using ConnectionMultiplexer connection = await redis.ConnectAsync();
        using (IHost host = Build(headgate => headgate
            .AddPolicy("api", Limit.FixedWindow(3, TimeSpan.FromDays(365)))
            .UseRedis(_ => connection, new Headgate.Redis.RedisStoreOptions { Timeout = TimeSpan.FromSeconds(20) })))
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            Assert.Equal(DecisionSource.Store, (await host.Services.GetRequiredService<IRateLimitPolicies>().AcquireAsync("api", "alice")).Source);
            await host.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(connection.IsConnected);
    }

    [Theory]
    [InlineData("memory", "Reference the package Headgate.Redis and call UseRedis()")]
    [InlineData("own", "gives UseRedis a connection of its own")]
    public async Task A_configured_redis_that_nobody_would_use_stops_the_start(string wiring, string remedy)
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Policy + "store:\n  redis: some-host,password=secret\n");
        using IHost host = Build(headgate =>
        {
            headgate.AddConfigurationFile(file);
            if (wiring == "own") headgate.UseRedis(_ => throw new InvalidOperationException());
        });
        HeadgateConfigurationException e = await Assert.ThrowsAsync<HeadgateConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("headgate.yaml(3,10): store.redis: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_cannot_be_read_stops_the_start_and_is_not_shown()
    {
        using Folder folder = new();
        string file = folder.Write("headgate.yaml", Policy + "store: { redis: 'password=secret' }");
        using IHost host = Build(headgate => headgate.AddConfigurationFile(file).UseRedis());
        HeadgateConfigurationException e = await Assert.ThrowsAsync<HeadgateConfigurationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("names no server", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_address_the_memory_of_the_process_is_the_store()
    {
        using IHost host = Build(headgate => headgate.AddPolicy("api", Limit.FixedWindow(3, TimeSpan.FromDays(365))).UseRedis());
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.IsType<MemoryStore>(host.Services.GetRequiredService<IRateLimitStore>());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost Build(Action<HeadgateBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddHeadgate(configure);
        return builder.Build();
    }
}
