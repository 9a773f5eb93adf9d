using StackExchange.Redis;

namespace Headgate.Redis.Tests.Faults;

/// <summary>A wrong store in one of the ways that the fault tests must find out: what a test cannot see in it, it cannot see in ours.</summary>
internal sealed class Planted(IRateLimitStore store, Planted.Bug bug) : IRateLimitStore
{
    internal enum Bug
    {
        /// <summary>Tries again what Redis did not answer, though it may have been charged.</summary>
        Retries,

        /// <summary>Waits twice for an answer before it gives up.</summary>
        WaitsTooLong,

        /// <summary>Blocks a thread while Redis is silent.</summary>
        Blocks,

        /// <summary>Goes on answering by the failure mode for a while after Redis is back.</summary>
        StaysAway,
    }

    private long _awayUntil;

    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => AcquireAsync(new[] { charge }, ct);

    public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
    {
        if (bug == Bug.Blocks) return await BlockingAsync(store.AcquireAsync(charges, ct).AsTask());
        if (bug == Bug.StaysAway && Environment.TickCount64 < Volatile.Read(ref _awayUntil)) return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
        Decision decision = await store.AcquireAsync(charges, ct);
        if (decision.Source == DecisionSource.Store) return decision;
        if (bug == Bug.StaysAway) Volatile.Write(ref _awayUntil, Environment.TickCount64 + 1_500);
        if (bug == Bug.WaitsTooLong) await Task.Delay(200, ct);
        return bug == Bug.Retries ? await store.AcquireAsync(charges, ct) : decision;
    }

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => store.PeekAsync(charges, ct);

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.EnterAsync(charges, lease, ct);

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.RenewAsync(charges, lease, ct);

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => store.ReleaseAsync(charges, lease, ct);

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        store.ForecastAsync(charges, costs, ct);

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => store.ResetAsync(charge, ct);

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => store.RefundAsync(charges, decision, ct);

    /// <summary>Not for ever: a pool without a free thread would not get out of it.</summary>
    private static Task<Decision> BlockingAsync(Task<Decision> pending)
    {
        Task.WaitAny([pending], 600);
        return pending;
    }
}

/// <summary>
/// As little of a store as the detectors need, without anything that ours does about faults: each call goes to Redis at once, and after the
/// time-out the answer is <see cref="DecisionSource.FailOpen"/>. Counts on keys of its own making.
/// </summary>
internal sealed class NaiveStore(IConnectionMultiplexer connection, string prefix, TimeSpan timeout) : IRateLimitStore
{
    private const string Count = "for i = 1, #KEYS do redis.call('INCR', KEYS[i]) end return 1";
    private readonly IDatabase _database = connection.GetDatabase();

    public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
    {
        RedisKey[] keys = [.. Leaves(charges).Select(Key)];
        try
        {
            await _database.ScriptEvaluateAsync(Count, keys).WaitAsync(timeout, ct);
            return new Decision { IsAllowed = true };
        }
        catch (Exception e) when (e is TimeoutException or RedisException)
        {
            return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
        }
    }

    public async ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
    {
        long count = (long)await _database.StringGetAsync(Key(charges.Span[0]));
        return new Decision { IsAllowed = true, Limit = LoadedLimits.Permits, Remaining = LoadedLimits.Permits - count };
    }

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
        throw new NotSupportedException();

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => throw new NotSupportedException();

    private static IEnumerable<Charge> Leaves(ReadOnlyMemory<Charge> charges) => charges.ToArray().SelectMany(
        charge => charge.Limit is CompositeLimit composite ? composite.Limits.Select(limit => charge with { Limit = limit }) : [charge]);

    private RedisKey Key(Charge charge) => $"{prefix}{{{charge.Key}}}{charge.Limit}";
}
