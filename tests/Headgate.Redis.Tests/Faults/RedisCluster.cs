using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>A cluster of a test's own: three masters and three replicas, to fail over and to take apart.</summary>
public sealed class RedisCluster : IAsyncLifetime
{
    /// <summary>After so long without a word a node is given up and its replica takes over.</summary>
    private const string NodeTimeoutMillis = "600";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private RedisProcess[] _nodes = [];

    public RedisProcess[] Nodes => _nodes;

    public async ValueTask InitializeAsync()
    {
        // A node that lost its master's cluster for a moment still takes over, and the others go on without a slot that nobody serves.
        string[] arguments =
        [
            "--cluster-enabled", "yes", "--cluster-node-timeout", NodeTimeoutMillis, "--cluster-require-full-coverage", "no", "--cluster-replica-validity-factor", "0",
        ];
        _nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RedisProcess.StartAsync(arguments)));
        string[] addresses = [.. _nodes.Select(node => $"{node.Host}:{node.Port}")];
        string said = await _nodes[0].CliAsync(["--cluster", "create", .. addresses, "--cluster-replicas", "1", "--cluster-yes"]);
        await UntilAsync(IsWholeAsync, () => $"the cluster did not form: {said}");
    }

    /// <summary>The master of a slot and its replica, as a node that is alive sees them.</summary>
    public async Task<(RedisProcess Master, RedisProcess? Replica)> ServersOfAsync(int slot)
    {
        string[][] lines = await NodesAsync();
        string[] master = lines.First(line => Flags(line).Contains("master") && !Flags(line).Contains("fail") && Serves(line, slot));
        string[]? replica = lines.FirstOrDefault(line => line[3] == master[0] && !Flags(line).Contains("fail"));
        return (Node(master), replica is null ? null : Node(replica));
    }

    /// <summary>The slot of a key, as Redis has it.</summary>
    public async Task<int> SlotOfAsync(string key) =>
        int.Parse(await _nodes[0].CliAsync("CLUSTER", "KEYSLOT", key), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The timestamp at which the slot has a master that takes writes, who is not this one.</summary>
    public async Task<long> TakenOverFromAsync(RedisProcess old, RedisProcess heir)
    {
        await UntilAsync(async () => (await heir.CliAsync("ROLE")).StartsWith("master", StringComparison.Ordinal), () => $"nobody took over from port {old.Port}");
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Moves a slot with all its keys to another master, in the way that <c>redis-cli --cluster reshard</c> does; slowly enough to be noticed.</summary>
    public async Task MigrateAsync(int slot, RedisProcess from, RedisProcess to, Func<Task> midway)
    {
        string fromId = (await from.CliAsync("CLUSTER", "MYID")).Trim(), toId = (await to.CliAsync("CLUSTER", "MYID")).Trim();
        await to.CliAsync("CLUSTER", "SETSLOT", $"{slot}", "IMPORTING", fromId);
        await from.CliAsync("CLUSTER", "SETSLOT", $"{slot}", "MIGRATING", toId);
        await midway();
        while ((await from.CliAsync("CLUSTER", "GETKEYSINSLOT", $"{slot}", "100")).Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } keys)
            await from.CliAsync(["MIGRATE", to.Host, $"{to.Port}", "", "0", "5000", "KEYS", .. keys]);
        foreach (RedisProcess node in new[] { to, from }.Concat(_nodes))
            await node.CliAsync("CLUSTER", "SETSLOT", $"{slot}", "NODE", toId);
    }

    /// <summary>Until every node knows of three masters with a replica each that has caught up.</summary>
    public Task UntilWholeAsync() => UntilAsync(IsWholeAsync, () => "the cluster did not heal");

    public async ValueTask DisposeAsync()
    {
        foreach (RedisProcess node in _nodes) await node.DisposeAsync();
    }

    private async Task<bool> IsWholeAsync()
    {
        bool[] whole = await Task.WhenAll(_nodes.Select(async node =>
        {
            string[][] lines = Lines(await node.CliAsync("CLUSTER", "NODES"));
            return (await node.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal)
                && lines.Count(line => Flags(line).Contains("master") && line.Length > 8) == 3
                && lines.Count(line => Flags(line).Contains("slave")) == 3
                && lines.All(line => !Flags(line).Any(flag => flag.StartsWith("fail", StringComparison.Ordinal)))
                && !(await node.CliAsync("INFO", "replication")).Contains("master_link_status:down", StringComparison.Ordinal);
        }));
        return whole.All(one => one);
    }

    private async Task<string[][]> NodesAsync()
    {
        foreach (RedisProcess node in _nodes.Where(node => node.IsRunning))
        {
            string[][] lines = Lines(await node.CliAsync("CLUSTER", "NODES"));
            if (lines.Length >= 6) return lines;
        }

        throw new InvalidOperationException("No node of the cluster answers.");
    }

    private RedisProcess Node(string[] line) => _nodes.First(node => line[1].Contains($":{node.Port}@", StringComparison.Ordinal));

    private static string[][] Lines(string nodes) =>
        [.. nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(' ')).Where(line => line.Length >= 8)];

    private static string[] Flags(string[] line) => line[2].Split(',');

    private static bool Serves(string[] line, int slot) => line.Skip(8).Where(range => !range.StartsWith('[')).Any(range =>
    {
        int[] ends = [.. range.Split('-').Select(end => int.Parse(end, System.Globalization.CultureInfo.InvariantCulture))];
        return ends[0] <= slot && slot <= ends[^1];
    });

    private static async Task UntilAsync(Func<Task<bool>> isSo, Func<string> failure)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience) throw new TimeoutException($"After {Patience.TotalSeconds} s {failure()}");
            await Task.Delay(20);
        }
    }
}
