using Headgate.Server.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Counters;

/// <summary>Where the store is put together with what keeps its counters.</summary>
internal static class CounterServiceCollectionExtensions
{
    /// <summary>
    /// With a data folder and without a Redis, the store's counters outlive an orderly stop. To be called when the store has been named; one on
    /// Redis, which the configuration may name later, keeps its own.
    /// </summary>
    public static IServiceCollection AddHeadgateCounters(this IServiceCollection services, ServeOptions options)
    {
        if (options.DataFolder is not { } folder) return services;
        ServiceDescriptor named = services.Last(service => service.ServiceType == typeof(IRateLimitStore));
        Func<IServiceProvider, object> create = named.ImplementationFactory
            ?? throw new InvalidOperationException("The store is registered without a factory. Register it by HeadgateBuilder.UseStore.");
        services.Remove(named);
        services.AddSingleton(all => new CounterSnapshot(
            folder, all.GetRequiredService<TimeProvider>(), all.GetRequiredService<ReadinessBoard>(), all.GetRequiredService<ILogger<CounterSnapshot>>()));
        services.AddHostedService(all => all.GetRequiredService<CounterSnapshot>());
        services.AddSingleton(all =>
        {
            IRateLimitStore store = (IRateLimitStore)create(all);
            return store is MemoryStore memory ? Open(all.GetRequiredService<CounterSnapshot>(), memory) : store;
        });
        return services;
    }

    private static MemoryStore Open(CounterSnapshot snapshot, MemoryStore empty) => snapshot.Open(
        empty,
        stream => MemoryStore.Restore(stream, empty.TimeProvider),
        static (store, stream, ct) => store.Save(stream, ct),
        static store => store.KeyCount);
}
