using Headgate.Benchmarks.Reporting;
using Headgate.Cli;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.OnRedis;
using StackExchange.Redis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>One run of the rows on Redis, each beside the yardstick of the same run.</summary>
internal static class RedisSession
{
    private const int Keys = 100_000;
    private const string Suffix = "-redis";

    /// <param name="server">Null to start one.</param>
    /// <param name="mode">How much.</param>
    /// <param name="folder">Where to write; null for the usual place, and none for short runs.</param>
    /// <param name="ct">Ends the run.</param>
    public static async Task<int> RunAsync(RedisArgument? server, Mode mode, string? folder, CancellationToken ct)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        List<RowResult> rows = [];
        try
        {
            await OnServerAsync(server, bed => MeasureSpeedAsync(bed, mode, rows, ct), ct).ConfigureAwait(false);

            // On a server of its own, where no table has grown under other keys.
            await OnServerAsync(server, async bed => rows.Add(await RedisMemoryRow.MeasureAsync(bed, mode, ct).ConfigureAwait(false)), ct)
                .ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is InvalidOperationException or CommandException or RedisException or RedisCommandException)
        {
            await Console.Error.WriteLineAsync(broken.Message).ConfigureAwait(false);
            rows.Add(RowResult.Failed("redis", "the run", broken.Message));
        }

        // A time depends on the machine; a smoke run only shows that everything runs.
        if (mode == Mode.Smoke) return rows.Any(row => row.IsFailed) ? 1 : 0;
        Report report = new(start, Commit.Read(), mode, 1, Machine.Current, rows);
        Console.WriteLine(Markdown.Of(report));
        bool isFailed = rows.Any(row => row.IsFailed);
        folder ??= mode == Mode.Full && !isFailed ? Session.DefaultFolder() : null;
        if (folder != null) Session.Save(report, folder, Suffix);
        return isFailed ? 1 : 0;
    }

    private static async Task MeasureSpeedAsync(RedisBed bed, Mode mode, List<RowResult> rows, CancellationToken ct)
    {
        int keys = Math.Max(2, mode.Scale(Keys));
        int requests = mode.Remote().YardstickRequests;
        string refused = "";
        Yardstick yardstick = await Yardstick.TryCreateAsync(bed, YardstickCall.Create(bed), reason => refused = reason).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"There is no yardstick: {refused}.");

        // Once uncounted: the first run finds a cold server and keys that are not there yet.
        await yardstick.RunAsync(requests / 4, keys, ct).ConfigureAwait(false);
        YardstickReading before = await yardstick.RunAsync(requests, keys, ct).ConfigureAwait(false);
        ThroughputRow many = await ThroughputRow.ManyKeysAsync(bed, keys, mode, ct).ConfigureAwait(false);
        ThroughputRow hot = await ThroughputRow.HotKeyAsync(bed, mode, ct).ConfigureAwait(false);
        ThroughputRow denied = await ThroughputRow.DeniedAsync(bed, mode, ct).ConfigureAwait(false);
        YardstickReading after = await yardstick.RunAsync(requests, keys, ct).ConfigureAwait(false);
        YardstickPair pair = new(before, after);
        rows.Add(pair.Row($"Redis {bed.Master.Version}", requests, keys));
        rows.AddRange([many.Result(pair), hot.Result(pair), denied.Result(pair)]);
        rows.Add(await AloneRow.MeasureAsync(bed, keys, mode, ct).ConfigureAwait(false));
        rows.Add(DenyCacheRow.Measure(bed, mode));
    }

    private static async Task OnServerAsync(RedisArgument? named, Func<RedisBed, Task> measure, CancellationToken ct)
    {
        using RedisServer? own = named is null ? await RedisServer.StartAsync(ct).ConfigureAwait(false) : null;
        string refused = "";
        RedisBed bed = await RedisBed.TryOpenAsync(named ?? own!.Address, reason => refused = reason).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"Redis at {(named ?? own!.Address).Display} cannot be measured on: {refused}.");
        await using (bed.ConfigureAwait(false)) await measure(bed).ConfigureAwait(false);
    }
}
