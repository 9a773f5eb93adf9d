using System.Net;
using System.Text.Json;
using Headgate.Conformance;
using Headgate.Server.Counters;
using Headgate.Server.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests.Counters;

/// <summary>What clients have left after the service was stopped and started on the same folder.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DataFolder _folder = new();
    private readonly FakeClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Goes_on_with_what_each_client_had_left()
    {
        await RunAsync(async service =>
        {
            Assert.Equal(97, await ConsumeAsync(service, "ann", 3));
            Assert.Equal(60, await ConsumeAsync(service, "bob", 40));
            Assert.Equal(100, await LeftAsync(service, "cyd"));
            Logged(service, "NoCounters", LogLevel.Information);
        });
        Assert.Equal(["counters.hgs"], _folder.Names);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Counters));

        _clock.Advance(TimeSpan.FromSeconds(20));
        await RunAsync(async service =>
        {
            Assert.Equal(97, await LeftAsync(service, "ann"));
            Assert.Equal(60, await LeftAsync(service, "bob"));
            Assert.Equal(100, await LeftAsync(service, "cyd"));
            Assert.Equal(90, await ConsumeAsync(service, "ann", 7));
            Assert.Contains("Restored the counters of 2 keys", Logged(service, "CountersRestored", LogLevel.Information), StringComparison.Ordinal);
            Assert.Empty(service.Services.GetRequiredService<ReadinessBoard>().Warnings.Where(w => w.Key == CounterSnapshot.Part));
        });
        await RunAsync(async service => Assert.Equal(90, await LeftAsync(service, "ann")));
    }

    [Fact]
    public async Task Windows_that_end_meanwhile_are_forgotten()
    {
        await RunAsync(service => ConsumeAsync(service, "ann", 3));
        _clock.Advance(TimeSpan.FromMinutes(2));
        await RunAsync(async service =>
        {
            Assert.Equal(100, await LeftAsync(service, "ann"));
            Assert.Contains("Restored the counters of 0 keys", Logged(service, "CountersRestored", LogLevel.Information), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task After_a_crash_nothing_stale_comes_back()
    {
        await RunAsync(service => ConsumeAsync(service, "ann", 3));

        // Starts, serves and is gone without a stop.
        await using (Service crashed = await StartAsync())
        {
            Assert.Equal(50, await ConsumeAsync(crashed, "ann", 47));
            Assert.Empty(_folder.Names);
        }

        Assert.Empty(_folder.Names);
        await RunAsync(async service =>
        {
            Assert.Equal(100, await LeftAsync(service, "ann"));
            Logged(service, "NoCounters", LogLevel.Information);
        });
    }

    [Fact]
    public async Task A_start_that_fails_leaves_the_counters_where_they_were()
    {
        await RunAsync(service => ConsumeAsync(service, "ann", 3));
        byte[] saved = await File.ReadAllBytesAsync(_folder.Counters);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Service.StartAsync(
            _folder.Options, builder => builder.Services.AddHostedService<Failing>(), _clock));
        Assert.Equal(["counters.hgs"], _folder.Names);
        Assert.Equal(saved, await File.ReadAllBytesAsync(_folder.Counters));
        await RunAsync(async service => Assert.Equal(97, await LeftAsync(service, "ann")));
    }

    [Fact]
    public async Task What_a_crash_at_the_start_left_behind_is_not_read()
    {
        await RunAsync(service => ConsumeAsync(service, "ann", 3));
        File.Move(_folder.Counters, _folder.Of("counters.taken"));
        await RunAsync(async service => Assert.Equal(100, await LeftAsync(service, "ann")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_file_is_set_aside_and_said_and_the_service_starts(bool cut)
    {
        await RunAsync(service => ConsumeAsync(service, "ann", 3));
        byte[] bytes = await File.ReadAllBytesAsync(_folder.Counters);
        if (cut) bytes = bytes[..^10];
        else bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(_folder.Counters, bytes);

        await RunAsync(async service =>
        {
            Assert.Equal(["counters.damaged-20260101T000000.000Z"], _folder.Names);
            Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.Of(_folder.Names[0])));
            Assert.Equal(100, await LeftAsync(service, "ann"));
            string said = Logged(service, "CountersLost", LogLevel.Error);
            Assert.Contains("The snapshot cannot be restored: ", said, StringComparison.Ordinal);
            Assert.Contains("set aside as " + _folder.Of(_folder.Names[0]), said, StringComparison.Ordinal);
            ReadinessBoard board = service.Services.GetRequiredService<ReadinessBoard>();
            Assert.Contains("everybody began anew", Assert.Single(board.Warnings, w => w.Key == CounterSnapshot.Part).Value, StringComparison.Ordinal);
            (HttpStatusCode ready, _) = await service.GetAsync("/health/ready");
            Assert.Equal(HttpStatusCode.OK, ready);
        });
        Assert.Equal(["counters.damaged-20260101T000000.000Z", "counters.hgs"], _folder.Names);
    }

    /// <summary>A folder by that name stands for whatever keeps the file from being written: a full disk, a folder that is read-only.</summary>
    [Fact]
    public async Task What_cannot_be_saved_is_said_and_the_stop_is_orderly()
    {
        Directory.CreateDirectory(_folder.Of("counters.new"));
        await using Service service = await StartAsync();
        await ConsumeAsync(service, "ann", 3);
        await service.StopAsync();
        Assert.StartsWith("The counters could not be saved in " + _folder.Counters, Logged(service, "CountersNotSaved", LogLevel.Error), StringComparison.Ordinal);
        Assert.Contains(service.Log.All, line => line.Id.Name == "Stopped");
        Assert.Equal(["counters.new"], _folder.Names);
    }

    [Fact]
    public async Task Without_a_folder_nothing_is_kept()
    {
        await using (Service service = await Service.StartAsync(clock: _clock))
        {
            await ConsumeAsync(service, "ann", 3);
            await service.StopAsync();
            Assert.DoesNotContain(service.Log.All, line => line.Category.Contains("Counters", StringComparison.Ordinal));
        }

        Assert.Empty(_folder.Names);
    }

    private Task<Service> StartAsync() => Service.StartAsync(_folder.Options, clock: _clock);

    private async Task RunAsync(Func<Service, Task> use)
    {
        await using Service service = await StartAsync();
        await use(service);
        await service.StopAsync();
    }

    private static async Task<long> ConsumeAsync(Service service, string client, int times)
    {
        long left = -1;
        for (int i = 0; i < times; i++)
        {
            (HttpStatusCode status, JsonElement answer) = await service.PostAsync(
                "/api/check_and_consume", $$"""{"tenant_id":"acme","client_id":"{{client}}","action_type":"login"}""");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.True(answer.GetProperty("allowed").GetBoolean());
            left = answer.GetProperty("remaining_requests").GetInt64();
        }

        return left;
    }

    private static async Task<long> LeftAsync(Service service, string client)
    {
        (HttpStatusCode status, JsonElement answer) = await service.GetAsync($"/api/status/acme/{client}/login");
        Assert.Equal(HttpStatusCode.OK, status);
        return answer.GetProperty("remaining_requests").GetInt64();
    }

    private static string Logged(Service service, string name, LogLevel level)
    {
        (_, LogLevel found, _, string text) = Assert.Single(service.Log.All, line => line.Id.Name == name);
        Assert.Equal(level, found);
        return text;
    }

    private sealed class Failing : Microsoft.Extensions.Hosting.IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("The port is in use.");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
