using Headgate;
using Headgate.Extensions;
using Headgate.Extensions.Configuration;
using Headgate.Extensions.Policies;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Headgate in an application's services.</summary>
public static class HeadgateServiceCollectionExtensions
{
    /// <summary>
    /// Adds Headgate: policies by name (<see cref="IRateLimitPolicies"/>), on the memory of the process until another store is named. Called
    /// again it adds to the same policies.
    /// </summary>
    public static HeadgateBuilder AddHeadgate(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(HeadgateBuilder))?.ImplementationInstance is HeadgateBuilder known) return known;
        HeadgateBuilder builder = new(services);
        services.AddSingleton(builder);
        services.TryAddSingleton<IRateLimitStore>(provider => new MemoryStore(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.TryAddSingleton(provider => LoadedConfiguration.Load(builder.Sources(provider), builder.Settings(), builder.StoreWiring));
        services.TryAddSingleton(provider => new ConfigurationReload(
            provider.GetRequiredService<LoadedConfiguration>(),
            builder.Settings(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetService<ILoggerFactory>()?.CreateLogger(ConfigurationDiagnostics.LogCategory) ?? NullLogger.Instance));
        services.TryAddSingleton(provider =>
        {
            LoadedConfiguration loaded = provider.GetRequiredService<LoadedConfiguration>();
            PolicyLayers layers = new() { Code = builder.Settings(), Configuration = loaded.Layers };
            RateLimitPolicies policies = new(provider.GetRequiredService<IRateLimitStore>(), provider.GetService<TimeProvider>(), layers);
            provider.GetRequiredService<ConfigurationReload>().Start(policies);
            return policies;
        });
        services.AddHostedService<ConfigurationStart>();
        services.TryAddSingleton<IRateLimitPolicies>(provider => provider.GetRequiredService<RateLimitPolicies>());
        return builder;
    }

    /// <summary>Adds Headgate, with policies and store named in a function.</summary>
    public static IServiceCollection AddHeadgate(this IServiceCollection services, Action<HeadgateBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(services.AddHeadgate());
        return services;
    }

    /// <summary>Keeps the state in the memory of this process: the default.</summary>
    public static HeadgateBuilder UseMemory(this HeadgateBuilder builder, MemoryStoreOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseStore(provider => new MemoryStore(provider.GetService<TimeProvider>() ?? TimeProvider.System, options));
    }

    /// <summary>Keeps the state in a store of your own.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Makes the store, once; the application disposes it if it can be.</param>
    public static HeadgateBuilder UseStore(this HeadgateBuilder builder, Func<IServiceProvider, IRateLimitStore> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        builder.StoreWiring = StoreWiring.None;
        builder.Services.RemoveAll<IRateLimitStore>();
        builder.Services.AddSingleton(create);
        return builder;
    }
}
