using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

public sealed class FileConfigLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-config-").FullName;

    private string Config => Path.Combine(_folder, "data", "config");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_appended_is_there_after_a_restart_with_its_history()
    {
        ServiceConfig last;
        await using (FileConfigLog log = Open()) last = await AppendAsync(log, ServiceConfig.Empty, 300);
        await using FileConfigLog again = Open();
        LoadedConfig loaded = await again.LoadAsync(default);
        Same.Assert(last, loaded.Config);
        Assert.Equal(Enumerable.Range(1, 300).Select(i => (long)i), loaded.History.Select(change => change.Version));
        Assert.Empty(loaded.Warnings);
        Assert.True(Directory.GetFiles(Config, "snapshot-*").Length == 2, "the journal was long enough for snapshots, and two are kept");
    }

    [Fact]
    public async Task The_last_thousand_changes_are_remembered()
    {
        await using (FileConfigLog log = Open()) await AppendAsync(log, ServiceConfig.Empty, IConfigLog.MaxHistory + 50);
        await using FileConfigLog again = Open();
        LoadedConfig loaded = await again.LoadAsync(default);
        Assert.Equal(IConfigLog.MaxHistory, loaded.History.Length);
        Assert.Equal(51, loaded.History[0].Version);
    }

    [Fact]
    public async Task A_folder_in_use_is_refused_with_its_name_and_who_has_it()
    {
        await using FileConfigLog first = Open();
        await first.LoadAsync(default);
        await using (FileConfigLog second = Open())
        {
            ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(async () => await second.LoadAsync(default));
            Assert.Contains(Config, refused.Message, StringComparison.Ordinal);
            Assert.Contains($"the process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
            Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
        }

        await first.DisposeAsync();
        await using FileConfigLog third = Open();
        await third.LoadAsync(default);
    }

    [Fact]
    public async Task Only_the_owner_may_read_what_lies_there()
    {
        if (OperatingSystem.IsWindows()) return;
        await using (FileConfigLog log = Open()) await AppendAsync(log, ServiceConfig.Empty, 100);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Config));
        foreach (string file in Directory.GetFiles(Config)) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_change_to_a_large_configuration_writes_no_more_than_the_change()
    {
        ServiceConfig config = ServiceConfig.Empty;
        ConfigChange many = new(1, DateTimeOffset.UnixEpoch, "who", "import",
            [.. Enumerable.Range(0, 100_000).Select(i => new ConfigEdit(NodeAddress.OfClientAction("t", $"client {i}", "login"), null, ActionRule.Create(Algorithm.SlidingLog, 1 + i, TimeSpan.FromSeconds(1))))]);
        await using (FileConfigLog log = new(Config, new FakeClock(), NullLogger<FileConfigLog>.Instance))
        {
            await log.LoadAsync(default);
            config = ConfigEdits.Apply(config, many);
            await log.AppendAsync(many, config, default);
            await log.Snapshot;
            long before = Bytes();
            for (int i = 0; i < 20; i++) config = await AppendAsync(log, config, 1);
            await log.Snapshot;
            Assert.InRange(Bytes() - before, 20 * 50, 20 * 1_000);
        }

        await using FileConfigLog again = new(Config, new FakeClock(), NullLogger<FileConfigLog>.Instance);
        Same.Assert(config, (await again.LoadAsync(default)).Config);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_refused_with_the_reason()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "data"), "a file");
        await using FileConfigLog log = Open();
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(async () => await log.LoadAsync(default));
        Assert.Contains("--data", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_serves_what_it_holds_and_refuses_changes_until_it_can()
    {
        CrashFolder folder = new();
        ServiceConfig config;
        await using (FileConfigLog log = new(() => folder, new FakeClock(), NullLogger.Instance, 400))
        {
            await log.LoadAsync(default);
            config = await AppendAsync(log, ServiceConfig.Empty, 5);
        }

        folder.Fault = (_, _) => new UnauthorizedAccessException("Read-only file system");
        await using FileConfigLog closed = new(() => folder, new FakeClock(), NullLogger.Instance, 400);
        LoadedConfig loaded = await closed.LoadAsync(default);
        Same.Assert(config, loaded.Config);
        Assert.Contains("cannot be written: Read-only file system", Assert.Single(loaded.Warnings), StringComparison.Ordinal);
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(async () => await AppendAsync(closed, config, 1));
        Assert.Contains("Read-only file system", refused.Message, StringComparison.Ordinal);
        folder.Fault = (_, _) => null;
        config = await AppendAsync(closed, config, 3);
        Same.Assert(config, (await new FileConfigLog(() => folder.Kill(), new FakeClock(), NullLogger.Instance, 400).LoadAsync(default)).Config);
    }

    private static async Task<ServiceConfig> AppendAsync(FileConfigLog log, ServiceConfig config, int changes)
    {
        if (config.Version == 0) await log.LoadAsync(default);
        for (int i = 0; i < changes; i++)
        {
            long version = config.Version + 1;
            NodeAddress at = NodeAddress.OfAction($"tenant {version % 5}", "login");
            ConfigChange change = new(version, DateTimeOffset.UnixEpoch, "who", "what", [new(at, ConfigEdits.Find(config, at), ActionRule.Create(Algorithm.SlidingLog, version, TimeSpan.FromSeconds(1)))]);
            config = ConfigEdits.Apply(config, change);
            await log.AppendAsync(change, config, default);
        }

        await log.Snapshot;
        return config;
    }

    private FileConfigLog Open() => new(() => new DiskFolder(Config), new FakeClock(), NullLogger.Instance, 4_000);

    private long Bytes() => Directory.GetFiles(Config).Sum(file => new FileInfo(file).Length);
}
