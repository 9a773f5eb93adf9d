using Headgate.Client;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>A client of the decision service in an application.</summary>
public static class HeadgateClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="HeadgateClient"/> as a singleton, on an HTTP client of <c>IHttpClientFactory</c> named <see cref="HeadgateClientOptions.HttpClientName"/> with pooled
    /// connections, without redirects, cookies, and logs of addresses. Handlers added to what is returned must not retry.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Settings; called once, here, so that a wrong one stops the start.</param>
    /// <exception cref="ArgumentException">An option is outside its domain, or a key would be sent in clear.</exception>
    public static IHttpClientBuilder AddHeadgateClient(this IServiceCollection services, Action<HeadgateClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        HeadgateClientOptions options = new();
        configure(options);
        if (options.Endpoints.Count > 0) _ = new ClientSettings(options, null);
        else ClientSettings.Check(options);
        services.TryAddSingleton(provider => new HeadgateClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient(HeadgateClientOptions.HttpClientName), options, provider.GetService<ILogger<HeadgateClient>>()));
        return services.AddHttpClient(HeadgateClientOptions.HttpClientName)
            // The client has a time-out of its own for each kind of call.
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                PooledConnectionLifetime = options.PooledConnectionLifetime,
                ConnectTimeout = options.ConnectTimeout,
                AllowAutoRedirect = false,
                UseCookies = false,
            })
            // A singleton keeps its handler: addresses that change are noticed by the lifetime of connections.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // The factory's own loggers write addresses, in which there are ids.
            .RemoveAllLoggers();
    }
}
