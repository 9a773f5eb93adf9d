using System.Globalization;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Servers;

/// <summary>What lies in Redis, seen past the store.</summary>
internal sealed class Keyspace(ConnectionMultiplexer connection)
{
    public static async Task<Keyspace> OfAsync(TestServer server) => new(await server.SharedAsync());

    /// <summary>All keys that begin so, on every master.</summary>
    public IReadOnlyList<string> Under(string prefix)
    {
        List<string> keys = [];
        foreach (IServer server in connection.GetEndPoints().Select(e => connection.GetServer(e)).Where(s => !s.IsSlave))
            keys.AddRange(server.Keys(pattern: $"{prefix}*", pageSize: 1000).Select(key => key.ToString()));
        return [.. keys.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Its type, and its value byte for byte, as DUMP gives it; null if there is no such key.</summary>
    public async Task<byte[]?> DumpAsync(string key) => await connection.GetDatabase().KeyDumpAsync(key);

    /// <summary>PTTL: milliseconds; -1 if it has no end, -2 if there is no such key.</summary>
    public Task<long> TimeToLiveAsync(string key) => IntegerAsync("PTTL", key);

    /// <summary>PEXPIRETIME: when it ends, in milliseconds since 1970; -1 if never, -2 if there is no such key.</summary>
    public Task<long> EndAsync(string key) => IntegerAsync("PEXPIRETIME", key);

    /// <summary>The slot of a cluster, by the server's reckoning.</summary>
    public async Task<int> SlotAsync(string key) =>
        (int)await connection.GetDatabase().ExecuteAsync("CLUSTER", "KEYSLOT", key);

    /// <summary>The server's clock in microseconds since 1970.</summary>
    public async Task<long> NowAsync()
    {
        RedisResult[] time = (RedisResult[])await connection.GetDatabase().ExecuteAsync("TIME");
        return (long.Parse((string)time[0], CultureInfo.InvariantCulture) * 1_000_000) + long.Parse((string)time[1], CultureInfo.InvariantCulture);
    }

    private async Task<long> IntegerAsync(string command, RedisKey key) => (long)await connection.GetDatabase().ExecuteAsync(command, key);
}
