using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Redis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>What a key costs in Redis, by INFO memory.</summary>
internal static class RedisMemoryRow
{
    private const string Id = "redis-memory";
    private const int Keys = 1_000_000;
    private const int Callers = 512;
    private const double Target = 150;
    private static readonly string[] TableHeader = ["", "keys", "bytes a key", "used_memory before", "after"];

    public static async Task<RowResult> MeasureAsync(RedisBed bed, Mode mode, CancellationToken ct)
    {
        int keys = mode.Scale(Keys);
        string title = string.Create(CultureInfo.InvariantCulture, $"memory of {keys:N0} token buckets, keys of {KeyText.Length} characters");
        await Console.Error.WriteLineAsync($"{Id}: {title} ...").ConfigureAwait(false);
        RedisStoreOptions defaults = new();
        await bed.DeleteKeysAsync().ConfigureAwait(false);
        if (await bed.Master.DatabaseSizeAsync(bed.DatabaseNumber).ConfigureAwait(false) > 0)
            throw new InvalidOperationException("The memory of a key is measured under the default prefix, and the database is not empty. Name an empty one, or none.");
        Reading usual = await TakeAsync(bed, keys, bed.NewStore(options => options with { KeyPrefix = defaults.KeyPrefix }), ct).ConfigureAwait(false);
        Reading readable = await TakeAsync(bed, keys, bed.NewStore(options => options with { KeyPrefix = defaults.KeyPrefix, ReadableKeys = true }), ct)
            .ConfigureAwait(false);
        await bed.DeleteKeysAsync(defaults.KeyPrefix).ConfigureAwait(false);
        return new RowResult(Id, title, TableHeader, [usual.Line("Headgate"), readable.Line("ReadableKeys on")],
            [new Check("bytes a key in Redis", Bound.AtMost, Target, usual.BytesAKey, "B")],
            ["Growth of used_memory in INFO memory, once it stands still: keys, states, expiry and the tables that hold them."],
            new { usual, readable });
    }

    private static async Task<Reading> TakeAsync(RedisBed bed, int keys, RedisStore store, CancellationToken ct)
    {
        // A token an hour: nothing expires meanwhile.
        Limiter limiter = new(Limit.TokenBucket(100, Rate.PerHour(1)), store);
        await limiter.AcquireAsync("the script is loaded", ct: ct).ConfigureAwait(false);
        await bed.DeleteKeysAsync(new RedisStoreOptions().KeyPrefix).ConfigureAwait(false);
        (long before, long none) = await ReadAsync(bed, ct).ConfigureAwait(false);
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < keys; i = Interlocked.Increment(ref next))
            {
                Decision decision = await limiter.AcquireAsync(KeyText.Create(i), ct: ct).ConfigureAwait(false);
                if (decision is not { IsAllowed: true, Source: DecisionSource.Store })
                    throw new InvalidOperationException($"Key {i} was not admitted by Redis at its first charge: {decision}");
            }
        }, ct))).ConfigureAwait(false);
        (long after, long all) = await ReadAsync(bed, ct).ConfigureAwait(false);
        if (all - none != keys) throw new InvalidOperationException($"Redis holds {all - none} keys more than before; {keys} were charged.");
        return new Reading(keys, before, after);
    }

    /// <summary>Memory and keys, once the server has finished what it does in the background: growing tables, freeing buffers.</summary>
    private static async Task<(long Memory, long Keys)> ReadAsync(RedisBed bed, CancellationToken ct)
    {
        const int Patience = 100;
        const int Still = 1_000;
        long memory = 0;
        for (int i = 0; i < Patience; i++)
        {
            await Task.Delay(100, ct).ConfigureAwait(false);
            long now = UsedMemory((string)await bed.Database.ExecuteAsync("INFO", "memory").ConfigureAwait(false));
            if (Math.Abs(now - memory) < Still) break;
            memory = now;
        }

        return (memory, await bed.Master.DatabaseSizeAsync(bed.DatabaseNumber).ConfigureAwait(false));
    }

    private static long UsedMemory(string info)
    {
        const string Name = "used_memory:";
        string line = info.Split('\n').Single(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(Name.Length).Trim(), CultureInfo.InvariantCulture);
    }

    private sealed record Reading(long Keys, long Before, long After)
    {
        public double BytesAKey => (double)(After - Before) / Keys;

        public string[] Line(string name) =>
        [
            name,
            Keys.ToString("N0", CultureInfo.InvariantCulture),
            BytesAKey.ToString("0.0", CultureInfo.InvariantCulture),
            Megabytes(Before),
            Megabytes(After),
        ];

        private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");
    }
}
