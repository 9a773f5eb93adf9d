using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

/// <summary>Whatever becomes of a file, what is good of it is used, what is not is said, and nothing is deleted.</summary>
public sealed class FileDamageTests
{
    private const int Changes = 12;

    [Fact]
    public async Task A_journal_cut_at_any_byte_yields_what_was_before()
    {
        (CrashFolder folder, Chain chain) = await WrittenAsync(long.MaxValue);
        string name = Assert.Single(folder.List());
        byte[] bytes = folder.Read(name);
        for (int length = 0; length <= bytes.Length; length++)
        {
            CrashFolder cut = new();
            cut.Put(name, bytes[..length]);
            int whole = bytes.AsSpan(0, length).Count((byte)'\n') - 1;
            LoadedConfig loaded = await LoadAsync(cut, chain);
            Assert.Equal(Math.Max(0, whole), loaded.Config.Version);
            if (whole >= 0) Assert.Empty(loaded.Warnings);
            else Assert.Single(loaded.Warnings);
        }
    }

    [Fact]
    public async Task A_bit_that_flips_in_a_journal_is_said_and_all_before_it_is_in_force()
    {
        (CrashFolder folder, Chain chain) = await WrittenAsync(long.MaxValue);
        string name = Assert.Single(folder.List());
        byte[] bytes = folder.Read(name);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= (byte)(1 << (at % 8));
            CrashFolder damaged = new();
            damaged.Put(name, flipped);
            LoadedConfig loaded = await LoadAsync(damaged, chain);
            int before = bytes.AsSpan(0, at).Count((byte)'\n') - 1;
            Assert.Equal(Math.Max(0, before), loaded.Config.Version);
            AssertSaid(loaded, damaged, name, flipped);
        }
    }

    [Fact]
    public async Task A_damaged_snapshot_costs_nothing_because_the_one_before_is_there()
    {
        (CrashFolder folder, Chain chain) = await WrittenAsync(400);
        string name = folder.List().Where(FileNames.IsSnapshot).Max(StringComparer.Ordinal)!;
        Assert.True(folder.List().Count(FileNames.IsSnapshot) == 2, "the test needs two snapshots");
        byte[] bytes = folder.Read(name);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] flipped = [.. bytes];
            flipped[at] ^= (byte)(1 << (at % 8));
            CrashFolder damaged = folder.Kill();
            damaged.Put(name, flipped);
            LoadedConfig loaded = await LoadAsync(damaged, chain);
            Assert.Equal(Changes, loaded.Config.Version);
            AssertSaid(loaded, damaged, name, flipped);

            CrashFolder cut = folder.Kill();
            cut.Put(name, bytes[..at]);
            Assert.Equal(Changes, (await LoadAsync(cut, chain)).Config.Version);
        }
    }

    [Fact]
    public async Task With_every_snapshot_and_journal_damaged_in_turn_the_result_is_always_a_version_that_was()
    {
        (CrashFolder folder, Chain chain) = await WrittenAsync(400);
        Random random = new(7);
        for (int run = 0; run < 300; run++)
        {
            CrashFolder damaged = folder.Kill();
            foreach (string name in damaged.List())
            {
                byte[] bytes = damaged.Read(name);
                if (random.Next(2) == 0) bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                else if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
                damaged.Put(name, bytes);
            }

            LoadedConfig loaded = await LoadAsync(damaged, chain);
            if (loaded.Config.Version < Changes && loaded.Warnings.IsEmpty)
            {
                // Only the end of the last journal may be missing without a word.
                Assert.All(damaged.List(), name => Assert.DoesNotContain("damaged", name, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task A_missing_journal_is_said_and_what_follows_it_is_set_aside()
    {
        (CrashFolder folder, Chain chain) = await WrittenAsync(400);
        CrashFolder hole = folder.Kill();
        foreach (string snapshot in hole.List().Where(FileNames.IsSnapshot)) hole.Delete(snapshot);
        LoadedConfig loaded = await LoadAsync(hole, chain);
        Assert.Equal(0, loaded.Config.Version);
        Assert.NotEmpty(loaded.Warnings);
        Assert.Contains("is missing", loaded.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("Version 0 is in force", loaded.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_format_is_refused_and_nothing_is_touched()
    {
        CrashFolder folder = new();
        System.Buffers.ArrayBufferWriter<byte> line = new();
        Records.Append(line, 0, (json, _) =>
        {
            json.WriteStartObject();
            json.WriteString("file", FileHeader.Journal);
            json.WriteNumber("format", FileHeader.Format + 1);
            json.WriteEndObject();
        });
        folder.Put(FileNames.Journal(0), line.WrittenSpan.ToArray());
        ConfigUnavailableException refused = await Assert.ThrowsAsync<ConfigUnavailableException>(async () => await Open(folder).LoadAsync(default));
        Assert.Contains("newer version of Headgate, in format 2", refused.Message, StringComparison.Ordinal);
        Assert.Equal([FileNames.Journal(0)], folder.List());
    }

    private static void AssertSaid(LoadedConfig loaded, CrashFolder folder, string name, byte[] bytes)
    {
        string warning = Assert.Single(loaded.Warnings);
        Assert.Contains(name, warning, StringComparison.Ordinal);
        Assert.Contains($"Version {loaded.Config.Version} is in force", warning, StringComparison.Ordinal);
        string aside = Assert.Single(folder.List(), file => file.Contains(".damaged-", StringComparison.Ordinal));
        Assert.Equal($"{name}.damaged-20260101T000000Z", aside);
        Assert.Contains(aside, warning, StringComparison.Ordinal);
        Assert.Equal(bytes, folder.Read(aside));
    }

    /// <summary>Loads, holds what was loaded against what was, and sees that it goes on from there and is there again after a restart.</summary>
    private static async Task<LoadedConfig> LoadAsync(CrashFolder folder, Chain chain)
    {
        FileConfigLog log = Open(folder);
        LoadedConfig loaded = await log.LoadAsync(default);
        int version = (int)loaded.Config.Version;
        Same.Assert(chain.Configs[version], loaded.Config);
        Same.Assert(chain.Changes.Take(version), loaded.History);
        ConfigChange next = new(version + 1, DateTimeOffset.UnixEpoch, "who", "what", [new(NodeAddress.OfTenant("next"), null, TenantSettings.Default)]);
        ServiceConfig result = ConfigEdits.Apply(loaded.Config, next);
        await log.AppendAsync(next, result, default);
        await log.Snapshot;
        LoadedConfig again = await Open(folder.Kill()).LoadAsync(default);
        Same.Assert(result, again.Config);
        Assert.Empty(again.Warnings);
        return loaded;
    }

    private static async Task<(CrashFolder Folder, Chain Chain)> WrittenAsync(long journalBytes)
    {
        Chain chain = Chain.Of([.. Enumerable.Range(1, Changes).Select(i => new (NodeAddress, ConfigNode?)[] { (NodeAddress.OfAction($"t{i % 3}", "日\n"), ActionRule.Create(Algorithm.SlidingLog, i, TimeSpan.FromSeconds(i))) })]);
        CrashFolder folder = new();
        await using FileConfigLog log = Open(folder, journalBytes);
        await log.LoadAsync(default);
        foreach (ConfigChange change in chain.Changes)
        {
            await log.AppendAsync(change, chain.Configs[(int)change.Version], default);
            await log.Snapshot;
        }

        return (folder, chain);
    }

    private static FileConfigLog Open(CrashFolder folder, long journalBytes = long.MaxValue) => new(() => folder, new FakeClock(), NullLogger.Instance, journalBytes);
}
