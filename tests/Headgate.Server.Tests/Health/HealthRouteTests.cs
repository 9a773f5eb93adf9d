using System.Net;
using System.Text.Json;
using Headgate.Redis;
using Headgate.Server.Changes;
using Headgate.Server.Health;
using Headgate.Server.Tenants;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Tests.Health;

public sealed class HealthRouteTests
{
    [Fact]
    public async Task Is_live_and_ready_once_it_listens()
    {
        await using Service service = await Service.StartAsync();
        Assert.Equal("live", (await service.GetAsync("/health/live")).Body.GetProperty("status").GetString());
        (HttpStatusCode status, JsonElement body) = await service.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.OK, "ready", 0), (status, body.GetProperty("status").GetString(), body.GetProperty("reasons").GetArrayLength()));
    }

    [Fact]
    public async Task Is_not_ready_with_the_reasons_while_a_part_has_a_problem_and_stays_live()
    {
        await using Service service = await Service.StartAsync();
        service.Services.GetRequiredService<ReadinessBoard>().Set("configuration", "It was not loaded.");
        (HttpStatusCode status, JsonElement body) = await service.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not_ready"), (status, body.GetProperty("status").GetString()));
        JsonElement reason = Assert.Single(body.GetProperty("reasons").EnumerateArray());
        Assert.Equal(("configuration", "It was not loaded."), (reason.GetProperty("name").GetString(), reason.GetProperty("detail").GetString()));
        Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/health/live")).Status);
        Assert.Equal("not_ready", (await service.GetAsync("/api/health")).Body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Is_not_ready_from_when_on_it_is_asked_to_stop()
    {
        await using Service service = await Service.StartAsync();
        ReadinessBoard board = service.Services.GetRequiredService<ReadinessBoard>();
        Assert.True(board.IsReady);
        service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal(ReadinessBoard.Draining, Assert.Single(board.Problems).Value);
    }

    [Fact]
    public async Task Tells_version_uptime_store_and_warnings()
    {
        await using Service service = await Service.StartAsync();
        service.Clock.Advance(TimeSpan.FromSeconds(90));
        (_, JsonElement well) = await service.GetAsync("/api/health");
        Assert.Equal(("ok", "memory", 90, 0), (well.GetProperty("status").GetString(), well.GetProperty("store").GetString(), well.GetProperty("uptime_seconds").GetInt64(), well.GetProperty("config_version").GetInt64()));
        Assert.False(well.TryGetProperty("redis", out _));
        Assert.Matches(@"^\d+\.\d+\.\d+", well.GetProperty("version").GetString());

        service.Services.GetRequiredService<ReadinessBoard>().Warn("data", "A damaged file was set aside.");
        (_, JsonElement warned) = await service.GetAsync("/api/health");
        Assert.Equal("degraded", warned.GetProperty("status").GetString());
        Assert.Equal("A damaged file was set aside.", warned.GetProperty("warnings")[0].GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_to_is_a_reason_until_it_can()
    {
        DirectoryInfo parent = Directory.CreateTempSubdirectory("headgate");
        try
        {
            string folder = Path.Combine(parent.FullName, "data");
            await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton(services => new DataFolderHealth(
                new ServeOptions { DataFolder = folder }, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<Microsoft.Extensions.Logging.ILogger<DataFolderHealth>>())));
            (HttpStatusCode status, JsonElement body) = await service.GetAsync("/health/ready");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Equal("data", body.GetProperty("reasons")[0].GetProperty("name").GetString());
            Assert.DoesNotContain(folder, body.GetRawText(), StringComparison.Ordinal);
            Assert.Contains(service.Log.All, line => line.Id.Name == "DataFolderNotWritable" && line.Text.Contains(folder, StringComparison.Ordinal));

            Directory.CreateDirectory(folder);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.GetAsync("/health/ready")).Status);
            service.Clock.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/health/ready")).Status);
            Assert.Empty(Directory.GetFiles(folder));
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_silent_Redis_is_a_reason_only_for_a_tenant_that_fails_closed_and_is_asked_once_a_second()
    {
        FakeRedis redis = new();
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton(services => new StoreHealth(
            services.GetRequiredService<ConfigBook>(), services.GetRequiredService<TimeProvider>(), redis)));
        (_, JsonElement well) = await service.GetAsync("/api/health");
        Assert.Equal(("ok", "redis", true), (well.GetProperty("status").GetString(), well.GetProperty("store").GetString(), well.GetProperty("redis").GetProperty("reachable").GetBoolean()));
        Assert.Equal(0.002m, well.GetProperty("redis").GetProperty("round_trip_seconds").GetDecimal());

        redis.IsThere = false;
        Assert.Equal("ok", (await service.GetAsync("/api/health")).Body.GetProperty("status").GetString());
        Assert.Equal(1, redis.Asked);
        service.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("degraded", (await service.GetAsync("/api/health")).Body.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await service.GetAsync("/health/ready")).Status);
        Assert.Equal(2, redis.Asked);

        await service.Book.ChangeAsync("test", "closed", _ => [new ConfigEdit(NodeAddress.OfTenant("acme"), null, new TenantSettings { OnStoreFailure = FailureMode.Closed })], CancellationToken.None);
        (HttpStatusCode status, JsonElement body) = await service.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "redis"), (status, body.GetProperty("reasons")[0].GetProperty("name").GetString()));
    }

    private sealed class FakeRedis : IRedisHealthSource
    {
        public bool IsThere { get; set; } = true;

        public int Asked { get; private set; }

        public ValueTask<RedisHealth> CheckHealthAsync(CancellationToken ct = default)
        {
            Asked++;
            return new(IsThere ? new RedisHealth(true, TimeSpan.FromMilliseconds(2), BreakerState.Closed, null) : new RedisHealth(false, TimeSpan.Zero, BreakerState.Open, "gone"));
        }
    }
}
