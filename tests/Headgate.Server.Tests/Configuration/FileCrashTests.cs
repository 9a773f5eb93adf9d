using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

/// <summary>No acknowledged change is lost, whenever the power goes and whatever the disk refuses.</summary>
public sealed class FileCrashTests
{
    /// <summary>So short that most changes come with a snapshot.</summary>
    private const long JournalBytes = 400;

    private static readonly Arbitrary<(Chain Chain, int End, int Seed)> Crashes = (
        from chain in ConfigGen.Chains.Generator
        from end in Gen.Choose(0, 80)
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select (chain, end, seed)).ToArbitrary();

    [Fact]
    public void A_loss_of_power_at_any_moment_loses_no_acknowledged_change() => PropertyCheck.ForAll(Crashes, async run => Assert.True(await SurvivesAsync(run, new CrashFolder())), 300);

    [Fact]
    public async Task The_test_notices_a_disk_that_does_not_sync()
    {
        int lost = 0;
        foreach ((Chain, int, int) run in Gen.Sample(Crashes.Generator, 60, 200))
        {
            try
            {
                if (!await SurvivesAsync(run, new CrashFolder { LiesAboutSync = true })) lost++;
            }
            catch (Exception noticed) when (noticed is Xunit.Sdk.XunitException or ConfigUnavailableException)
            {
                lost++;
            }
        }

        Assert.True(lost > 10, $"{lost} of 200 crashes lost something that was acknowledged without being synced");
    }

    [Fact]
    public void What_a_full_disk_refuses_is_not_in_force_and_what_it_takes_is_kept() => PropertyCheck.ForAll(Crashes, async run =>
    {
        CrashFolder folder = new();
        FileConfigLog log = await OpenAsync(folder);
        Random random = new(run.Seed);
        ServiceConfig acknowledged = ServiceConfig.Empty;
        HashSet<string> refused = [];
        folder.Fault = (_, _) => random.Next(4) == 0 ? new IOException("No space left on device") : null;
        foreach (ConfigChange step in run.Chain.Changes)
        {
            ConfigChange change = step with { Version = acknowledged.Version + 1 };
            ServiceConfig result = ConfigEdits.Apply(acknowledged, change);
            try
            {
                await log.AppendAsync(change, result, default);
                acknowledged = result;
                refused.Clear();
            }
            catch (ConfigUnavailableException)
            {
                refused.Add(Same.Text(result));
            }

            await log.Snapshot;
        }

        folder.Fault = (_, _) => null;
        foreach (CrashFolder after in new[] { folder.Kill(), folder.Crash(run.Seed) })
        {
            LoadedConfig loaded = await (await OpenAsync(after, load: false)).LoadAsync(default);
            // One that was refused may have reached the disk whole: its caller was told that it cannot be known.
            if (!refused.Contains(Same.Text(loaded.Config))) Same.Assert(acknowledged, loaded.Config);
        }

        ConfigChange next = new(acknowledged.Version + 1, DateTimeOffset.UnixEpoch, "who", "what", [new(NodeAddress.OfTenant("last"), null, TenantSettings.Default)]);
        ServiceConfig last = ConfigEdits.Apply(acknowledged, next);
        await log.AppendAsync(next, last, default);
        await log.Snapshot;
        Same.Assert(last, (await (await OpenAsync(folder.Crash(run.Seed), load: false)).LoadAsync(default)).Config);
    }, 300);

    /// <summary>Makes changes until the power goes, starts again, and goes on.</summary>
    private static async Task<bool> SurvivesAsync((Chain Chain, int End, int Seed) run, CrashFolder folder)
    {
        int acknowledged = 0;
        folder.Fault = (_, operation) => operation >= run.End ? new PowerLoss() : null;
        try
        {
            FileConfigLog log = await OpenAsync(folder);
            foreach (ConfigChange change in run.Chain.Changes)
            {
                await log.AppendAsync(change, run.Chain.Configs[(int)change.Version], default);
                acknowledged = (int)change.Version;
                await log.Snapshot;
            }
        }
        catch (PowerLoss)
        {
            // Where it was.
        }

        CrashFolder after = folder.Crash(run.Seed);
        FileConfigLog again = await OpenAsync(after, load: false);
        LoadedConfig loaded = await again.LoadAsync(default);
        int version = (int)loaded.Config.Version;
        if (version < acknowledged) return false;
        Assert.InRange(version, acknowledged, acknowledged + 1);
        Same.Assert(run.Chain.Configs[version], loaded.Config);
        Same.Assert(run.Chain.Changes.Take(version), loaded.History);
        Assert.Empty(loaded.Warnings);
        foreach (ConfigChange change in run.Chain.Changes.Skip(version)) await again.AppendAsync(change, run.Chain.Configs[(int)change.Version], default);
        await again.Snapshot;
        LoadedConfig whole = await (await OpenAsync(after.Crash(run.Seed + 1), load: false)).LoadAsync(default);
        Same.Assert(run.Chain.Last, whole.Config);
        Same.Assert(run.Chain.Changes, whole.History);
        return true;
    }

    private static async Task<FileConfigLog> OpenAsync(CrashFolder folder, bool load = true)
    {
        FileConfigLog log = new(() => folder, new FakeClock(), NullLogger.Instance, JournalBytes);
        if (load) await log.LoadAsync(default);
        return log;
    }

    private sealed class PowerLoss : Exception;
}
