using Headgate.Redis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>The store as it is, and with one of its ways to be quick switched off, to show what each brings.</summary>
internal sealed record StoreVariant(string Name, Func<RedisStoreOptions, RedisStoreOptions> Change)
{
    public static StoreVariant Usual { get; } = new("Headgate", options => options);

    public static StoreVariant NoDenyCache { get; } = new("deny cache off", options => options with { DenyCacheSize = 0 });

    public static IReadOnlyList<StoreVariant> All { get; } =
    [
        Usual,
        new("merging off", options => options with { MergeCharges = false }),
        new("one decision a call", options => options with { MaxDecisionsPerCall = 1 }),
        new("one call at a time", options => options with { MaxCallsInFlight = 1 }),
        NoDenyCache,
        new("all of them off", options => options with { MergeCharges = false, MaxDecisionsPerCall = 1, MaxCallsInFlight = 1, DenyCacheSize = 0 }),
    ];
}
