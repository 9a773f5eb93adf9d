using Headgate.Redis.Tests.Servers;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests.Configuration;

/// <summary>The whole service, started again.</summary>
public sealed class RestartTests : IDisposable
{
    private static readonly NodeAddress Login = NodeAddress.OfAction("acme", "login");

    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-restart-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task With_a_data_folder_the_configuration_is_there_before_the_service_listens_again()
    {
        ServeOptions options = new() { DataFolder = _folder };
        ServiceConfig made;
        await using (Service service = await Service.StartAsync(options)) made = await SetAsync(service, 7);
        await using Service again = await Service.StartAsync(options);
        Same.Assert(made, again.Book.Current);
        Assert.Single(again.Book.History);
    }

    [Fact]
    public async Task A_second_service_on_the_same_folder_does_not_start()
    {
        ServeOptions options = new() { DataFolder = _folder };
        await using Service service = await Service.StartAsync(options);
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(() => Service.StartAsync(options));
        Assert.Contains(Path.Combine(_folder, "config"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_Redis_two_services_have_one_configuration_and_a_folder_beside_it_a_copy()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ServeOptions options = new() { Redis = server.Configuration };
        ServiceConfig made;
        await using (Service one = await Service.StartAsync(options with { DataFolder = _folder }))
        {
            await using Service other = await Service.StartAsync(options);
            made = await SetAsync(one, 7);
            await Soon.UntilAsync(() => other.Book.Current.Version == made.Version);
            Same.Assert(made, other.Book.Current);
            await one.StopAsync();
        }

        Assert.True(File.Exists(Path.Combine(_folder, "config", "copy-of-redis.log")));
        await server.KillAsync();
        await using Service alone = await Service.StartAsync(options with { DataFolder = _folder });
        Same.Assert(made, alone.Book.Current);
    }

    [Fact]
    public async Task Without_either_the_start_says_that_nothing_is_kept()
    {
        await using Service service = await Service.StartAsync();
        Assert.Contains(service.Log.All, line => line.Level == LogLevel.Warning && line.Text.Contains("kept in memory alone", StringComparison.Ordinal));
    }

    private static Task<ServiceConfig> SetAsync(Service service, long max) => service.Book.ChangeAsync("somebody", "something",
        config => [new ConfigEdit(Login, ConfigEdits.Find(config, Login), ActionRule.Create(Algorithm.SlidingLog, max, TimeSpan.FromSeconds(60)))], default);
}
