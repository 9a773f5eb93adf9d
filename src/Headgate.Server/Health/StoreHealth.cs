using Headgate.Redis;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Health;

/// <summary>How Redis is, and whether the service can do without it. Thread-safe.</summary>
internal sealed class StoreHealth : IDisposable
{
    /// <summary>Those who probe are many, and Redis is asked for all of them.</summary>
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private readonly Recent<RedisHealth>? _redis;
    private readonly ConfigBook _book;

    /// <param name="book">Says who fails closed.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="redis">Redis; null for memory.</param>
    public StoreHealth(ConfigBook book, TimeProvider clock, IRedisHealthSource? redis)
    {
        _book = book;
        if (redis is not null) _redis = new Recent<RedisHealth>(clock, Age, ct => redis.CheckHealthAsync(ct).AsTask());
    }

    /// <summary>True if limits are kept in Redis; false if in memory.</summary>
    public bool IsRedis => _redis is not null;

    /// <summary>How Redis is; null without.</summary>
    public async ValueTask<RedisHealth?> CheckAsync(CancellationToken ct) => _redis is null ? null : await _redis.GetAsync(ct).ConfigureAwait(false);

    /// <summary>What keeps the service from being ready; null if nothing does: a service that can decide without Redis is.</summary>
    public async ValueTask<string?> FindProblemAsync(CancellationToken ct)
    {
        if (await CheckAsync(ct).ConfigureAwait(false) is not { IsReachable: false } || !FailsClosed(_book.Current)) return null;
        return "Redis does not answer, and without it decisions are refused where the failure mode is closed. The log says what went wrong.";
    }

    public void Dispose() => _redis?.Dispose();

    private static bool FailsClosed(ServiceConfig config) =>
        config.Global.OnStoreFailure == FailureMode.Closed || config.Tenants.Values.Any(tenant => tenant.Settings?.OnStoreFailure == FailureMode.Closed);
}
