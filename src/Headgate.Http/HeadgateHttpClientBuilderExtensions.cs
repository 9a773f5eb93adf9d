using Headgate;
using Headgate.Http;
using Headgate.Http.Admission;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the clients of <c>IHttpClientFactory</c> to limits.</summary>
public static class HeadgateHttpClientBuilderExtensions
{
    /// <summary>Our own store, where the application has none; by a key of its own, so that it stays ours.</summary>
    private static readonly object OwnStore = new();

    /// <summary>
    /// Keeps the client's requests to a limit. Its state lies in the <see cref="IRateLimitStore"/> that the services have, else in a memory store for all
    /// clients of the application, and outlives the client's handlers. Handlers that are added before this one (a resilience handler) are around it.
    /// </summary>
    /// <param name="builder">The client; of all clients by <c>ConfigureHttpClientDefaults</c>, and then each has a limit of its own.</param>
    /// <param name="limit">The limit, for each partition key.</param>
    /// <param name="configure">Changes settings; the defaults wait up to 30 s for each host's turn.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static IHttpClientBuilder AddHeadgate(this IHttpClientBuilder builder, Limit limit, Action<HeadgateHandlerOptions>? configure = null) =>
        AddHeadgate(builder, limit, static services => services.GetService<IRateLimitStore>() ?? services.GetRequiredKeyedService<IRateLimitStore>(OwnStore), configure);

    /// <summary>Keeps the client's requests to a limit on a store that is chosen here.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="limit">The limit, for each partition key.</param>
    /// <param name="store">Gives the store, once for each client, from the application's services. Whoever made it disposes it.</param>
    /// <param name="configure">Changes settings.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static IHttpClientBuilder AddHeadgate(this IHttpClientBuilder builder, Limit limit, Func<IServiceProvider, IRateLimitStore> store,
        Action<HeadgateHandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(store);
        HeadgateHandlerOptions options = Options(configure);
        return Add(builder, options, (services, client) => new Limiter(limit, store(services), new LimiterOptions
        {
            Name = options.Name ?? $"http:{client}",
            FailureMode = options.FailureMode,
            MaxWaiters = options.MaxWaiters,
            TimeProvider = options.TimeProvider,
        }));
    }

    /// <summary>Keeps the client's requests to a limiter of the application's.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="limiter">Gives the limiter, once for each client, from the application's services.</param>
    /// <param name="configure">Changes settings.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public static IHttpClientBuilder AddHeadgate(this IHttpClientBuilder builder, Func<IServiceProvider, Limiter> limiter, Action<HeadgateHandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        return Add(builder, Options(configure), (services, _) => limiter(services));
    }

    private static HeadgateHandlerOptions Options(Action<HeadgateHandlerOptions>? configure)
    {
        HeadgateHandlerOptions options = new();
        configure?.Invoke(options);
        return options;
    }

    private static IHttpClientBuilder Add(IHttpClientBuilder builder, HeadgateHandlerOptions options, Func<IServiceProvider, string, Limiter> limiterOf)
    {
        ArgumentNullException.ThrowIfNull(builder);
        HandlerSettings settings = new(options);
        object registration = new();
        builder.Services.TryAddKeyedSingleton<IRateLimitStore>(OwnStore, static (services, _) =>
            new MemoryStore(services.GetService<TimeProvider>() ?? TimeProvider.System));
        builder.Services.AddKeyedSingleton(registration, (services, _) => new OutgoingGates(services, limiterOf, options, settings));
        // The same as AddHttpMessageHandler, which does not tell the client's name; without one it is for all clients.
        builder.Services.Configure<HttpClientFactoryOptions>(builder.Name, factory => factory.HttpMessageHandlerBuilderActions.Add(handlers =>
        {
            OutgoingGates gates = handlers.Services.GetRequiredKeyedService<OutgoingGates>(registration);
            handlers.AdditionalHandlers.Add(new HeadgateHandler(gates.Of(handlers.Name ?? "")));
        }));
        return builder;
    }
}
