using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Headgate.Server.Hosting;

/// <summary>The bounds of connections and requests, and the stop in good order.</summary>
internal static class HostingServices
{
    public static IServiceCollection AddHeadgateHosting(this IServiceCollection services, ServeOptions options)
    {
        services.AddSingleton<Connections>();
        services.AddSingleton<Drain>();
        services.AddHostedService(static all => all.GetRequiredService<Drain>());
        services.AddSingleton<IHostLifetime, SignalLifetime>();
        services.AddHostedService<SystemdNotice>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, KestrelBounds>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain.LongestStop(options));
        return services;
    }
}
