using Headgate.AspNetCore;
using Headgate.AspNetCore.SignalR;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Headgate before SignalR's hubs.</summary>
public static class HeadgateSignalRExtensions
{
    /// <summary>Limits every method of every hub by a policy, for each user, else each connection.</summary>
    /// <param name="builder">What <c>AddSignalR()</c> gives.</param>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="configure">More: other policies, single methods, connecting.</param>
    public static ISignalRServerBuilder AddHeadgate(this ISignalRServerBuilder builder, string policy, Action<HubLimitOptions>? configure = null) =>
        builder.AddHeadgate(options =>
        {
            options.Limit(policy);
            configure?.Invoke(options);
        });

    /// <summary>Limits hubs as the options and <see cref="HubLimitAttribute"/> say. Called again it adds to the same options.</summary>
    /// <param name="builder">What <c>AddSignalR()</c> gives.</param>
    /// <param name="configure">What applies beside the attributes; null for nothing.</param>
    public static ISignalRServerBuilder AddHeadgate(this ISignalRServerBuilder builder, Action<HubLimitOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (services.FirstOrDefault(service => service.ServiceType == typeof(HubLimitOptions))?.ImplementationInstance is not HubLimitOptions options)
        {
            services.AddHeadgate();
            options = new HubLimitOptions();
            services.AddSingleton(options);
            services.AddSingleton(provider => new HubPlans(options, provider.GetRequiredService<RateLimitPolicies>()));
            services.AddSingleton<HeadgateHubFilter>();
            services.AddScoped<HubLeaseHolder>();
            services.AddSingleton<IStartupFilter, HubPolicyCheck>();
            services.Configure<HubOptions>(hubs => hubs.AddFilter<HeadgateHubFilter>());
        }

        configure?.Invoke(options);
        return builder;
    }
}
