using System.Threading.RateLimiting;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Benchmarks.Memory;

/// <summary>A subject that is filled with keys one at a time.</summary>
internal abstract class KeyedSubject : IDisposable
{
    /// <summary>The key of an index as this subject needs it: fresh if it keeps the string.</summary>
    public abstract string KeyOf(long index);

    public abstract bool Decide(string key);

    /// <summary>Fails if the subject does not hold what it was given: a store that forgets is small.</summary>
    public virtual void Demand(long keys)
    {
    }

    public abstract void Dispose();

    /// <summary>By the name that the parent process passes.</summary>
    public static KeyedSubject Create(string name, long keys) => name switch
    {
        HeadgateKeys.Name => new HeadgateKeys(keys),
        FrameworkKeys.Name => new FrameworkKeys(),
        FloorKeys.Name => new FloorKeys(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"There is no subject '{name}' of {keys} keys."),
    };
}

/// <summary>The framework's limiter; it keeps every key.</summary>
internal sealed class FrameworkKeys : KeyedSubject
{
    public const string Name = "framework";

    private readonly PartitionedRateLimiter<string> _limiter = Framework.CreateLimiter(int.MaxValue, 1, TimeSpan.FromDays(1));

    public override string KeyOf(long index) => KeyText.Create(index);

    public override bool Decide(string key) => new Framework(_limiter).Decide(key);

    public override void Dispose() => _limiter.Dispose();
}

/// <summary>The floor: a dictionary of small objects; it keeps every key.</summary>
internal sealed class FloorKeys : KeyedSubject
{
    public const string Name = "floor";

    private readonly Floor _floor = new();

    public override string KeyOf(long index) => KeyText.Create(index);

    public override bool Decide(string key) => _floor.Decide(key);

    public override void Dispose()
    {
    }
}

/// <summary>Our token bucket.</summary>
internal sealed class HeadgateKeys : KeyedSubject
{
    public const string Name = "headgate";

    private readonly ScratchKey _key = new();
    private readonly MemoryStore _store;
    private readonly Limiter _limiter;

    public HeadgateKeys(long keys)
    {
        // Room to spare, so that nothing is measured of a store that is full.
        _store = new MemoryStore(TimeProvider.System,
            new MemoryStoreOptions { MaxKeys = Math.Max(MemoryStoreOptions.DefaultMaxKeys, keys * 2) });

        // A token a day: no key is as good as new, and dropped, before the end.
        _limiter = new Limiter(Limit.TokenBucket(1000, Rate.PerDay(1)), _store);
    }

    public override string KeyOf(long index) => _key.Become(index);

    public override bool Decide(string key) => _limiter.Acquire(key).IsAllowed;

    public override void Demand(long keys)
    {
        if (_store.KeyCount == keys && _store.ForcedEvictions == 0) return;
        throw new InvalidOperationException(
            $"The store holds {_store.KeyCount} of {keys} keys after {_store.ForcedEvictions} forced evictions.");
    }

    public override void Dispose() => _store.Dispose();
}
