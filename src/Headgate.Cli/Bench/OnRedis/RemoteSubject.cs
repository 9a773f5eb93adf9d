using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>Something that answers over a network, and what a right answer is.</summary>
internal abstract class RemoteSubject(string name)
{
    public string Name => name;

    /// <summary>Calls one after another until the time is up.</summary>
    public abstract Task CallUntilAsync(Lap lap, Workload workload, int cursor);

    /// <summary>One call, timed.</summary>
    public abstract ValueTask CallOnceAsync(Lap lap, string key);

    public static RemoteSubject Create<TAnswer>(string name, Func<string, ValueTask<TAnswer>> call, Func<TAnswer, bool> isRight) =>
        new RemoteSubject<TAnswer>(name, call, isRight);

    /// <summary>Decisions that Redis itself takes: one by a failure mode would be quicker, and wrong.</summary>
    public static RemoteSubject Decisions(string name, Limiter limiter) => Create(
        name, key => limiter.AcquireAsync(key), static decision => decision is { IsAllowed: true, Source: DecisionSource.Store });

    /// <summary>A lease taken and given back: two round trips.</summary>
    public static RemoteSubject Leases(string name, Limiter limiter) => Create(name, async key =>
    {
        ConcurrencyLease lease = await limiter.EnterAsync(key).ConfigureAwait(false);
        await lease.DisposeAsync().ConfigureAwait(false);
        return lease.Decision;
    }, static decision => decision is { IsAllowed: true, Source: DecisionSource.Store });
}

/// <summary>The loop around one kind of call; the clock is read once a call.</summary>
internal sealed class RemoteSubject<TAnswer>(string name, Func<string, ValueTask<TAnswer>> call, Func<TAnswer, bool> isRight) : RemoteSubject(name)
{
    public override async Task CallUntilAsync(Lap lap, Workload workload, int cursor)
    {
        string[] keys = workload.Keys;
        int[] order = workload.Order;
        long before = TimeProvider.System.GetTimestamp();
        while (before < lap.End)
        {
            TAnswer answer = await call(keys[order[cursor]]).ConfigureAwait(false);
            if (!isRight(answer)) throw Wrong(answer);
            long after = TimeProvider.System.GetTimestamp();
            lap.Add(after - before);
            before = after;
            cursor = (cursor + 1) & (order.Length - 1);
        }
    }

    public override async ValueTask CallOnceAsync(Lap lap, string key)
    {
        long before = TimeProvider.System.GetTimestamp();
        TAnswer answer = await call(key).ConfigureAwait(false);
        lap.Add(TimeProvider.System.GetTimestamp() - before);
        if (!isRight(answer)) throw Wrong(answer);
    }

    private InvalidOperationException Wrong(TAnswer answer) => new(
        $"{Name} was not answered as it must be, so its time would mean nothing: {answer}. Is Redis still there, and nothing else using it?");
}
