using System.Diagnostics;
using System.Globalization;
using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Changes;

/// <summary>A process that makes changes is killed at random moments, with SIGKILL: what it said was kept is there.</summary>
public sealed class KillTests : IDisposable
{
    private const int Kills = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("headgate-kill-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Kill_9_at_any_moment_loses_no_acknowledged_change()
    {
        Random random = new(9);
        long acknowledged = 0;
        long changes = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            // The first acknowledgements come with a start of the process in between: what matters is where in a change it is hit.
            long last = await KillAsync(WriterProcess.Honest, afterChanges: random.Next(1, 60), TimeSpan.FromMicroseconds(random.Next(0, 3_000)));
            changes += last - acknowledged;
            long found = await CheckAsync();
            Assert.InRange(found, last, last + 1);
            acknowledged = found;
        }

        Assert.True(changes >= Kills, $"only {changes} changes were made between {Kills} kills");
    }

    [Fact]
    public async Task The_harness_notices_a_process_that_acknowledges_before_it_keeps()
    {
        int lost = 0;
        for (int kill = 0; kill < 10 && lost == 0; kill++)
        {
            long last = await KillAsync(WriterProcess.Hasty, afterChanges: 3, TimeSpan.Zero);
            if (await CheckAsync() < last) lost++;
        }

        Assert.True(lost > 0, "a process that acknowledges first was killed 10 times, and nothing was missed");
    }

    /// <returns>The last version that it acknowledged.</returns>
    private async Task<long> KillAsync(string how, int afterChanges, TimeSpan later)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        foreach (string argument in new[] { WriterProcess.Name, how, _folder }) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        long last = 0;
        try
        {
            int seen = 0;
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                last = long.Parse(line, CultureInfo.InvariantCulture);
                if (++seen != afterChanges) continue;
                for (long from = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(from) < later;) Thread.SpinWait(10);
                process.Kill();
            }
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.True(last > 0, "the process ended before it had made a change");
        return last;
    }

    /// <summary>Reads what is there, and that it is what the process made.</summary>
    private async Task<long> CheckAsync()
    {
        await using FileConfigLog log = new(() => new DiskFolder(_folder), new FakeClock(), NullLogger.Instance, WriterProcess.JournalBytes);
        LoadedConfig loaded = await log.LoadAsync(default);
        Assert.Empty(loaded.Warnings);
        long version = loaded.Config.Version;
        foreach (ConfigChange change in loaded.History) Assert.Equal(WriterProcess.RuleOf(change.Version), change.Edits.Single().After! with { Version = 0 });
        for (long back = version; back > Math.Max(0, version - WriterProcess.Tenants); back--)
            Assert.Equal(WriterProcess.RuleOf(back) with { Version = back }, ConfigEdits.Find(loaded.Config, WriterProcess.AddressOf(back)));
        return version;
    }
}
