using System.Diagnostics;
using System.Globalization;
using Headgate.Conformance;
using Headgate.Server.Changes;
using Headgate.Server.Changes.Files;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Tests.Configuration;

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

    [Fact]
    public async Task A_disk_that_takes_no_more_refuses_the_change_and_keeps_those_before()
    {
        if (OperatingSystem.IsWindows()) return;
        // The shell ignores the signal that comes with the limit, and what it starts does too: writes beyond 2 KiB fail as on a full disk.
        string command = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardOutput = true };
        foreach (string argument in new[] { "-c", command, "sh" }.Concat(CommandOf(WriterProcess.Full))) start.ArgumentList.Add(argument);
        // The runtime would write its code through a file that is larger.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using Process process = Process.Start(start)!;
        string[] lines = (await process.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        long[] kept = [.. lines.Where(line => !line.StartsWith(WriterProcess.Refused, StringComparison.Ordinal)).Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal(3, lines.Length - kept.Length);
        Assert.True(kept.Length > 0, "the disk took nothing at all");
        Assert.Equal(kept[^1], await CheckAsync());
    }

    /// <returns>The last version that it acknowledged.</returns>
    private async Task<long> KillAsync(string how, int afterChanges, TimeSpan later)
    {
        string[] command = [.. CommandOf(how)];
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true };
        foreach (string argument in command[1..]) start.ArgumentList.Add(argument);
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

    /// <summary>This assembly again, by its own executable or by dotnet.</summary>
    private IEnumerable<string> CommandOf(string how)
    {
        yield return Environment.ProcessPath!;
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") yield return typeof(KillTests).Assembly.Location;
        yield return WriterProcess.Name;
        yield return how;
        yield return _folder;
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
