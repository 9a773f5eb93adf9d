using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Settings;

/// <summary>The routes of the configuration, put together.</summary>
internal static class SettingsServices
{
    public static IServiceCollection AddHeadgateSettings(this IServiceCollection services) => services
        .AddSingleton<SettingsAccess>()
        .AddSingleton<ConfigRoutes>()
        .AddSingleton<GlobalRoutes>()
        .AddSingleton<HistoryRoutes>()
        .AddSingleton<RuleRoutes>()
        .AddSingleton<TenantRoutes>()
        .AddSingleton<WholeRoutes>();

    public static void MapHeadgateSettings(this IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        services.GetRequiredService<ConfigRoutes>().Map(routes);
        services.GetRequiredService<GlobalRoutes>().Map(routes);
        services.GetRequiredService<HistoryRoutes>().Map(routes);
        services.GetRequiredService<RuleRoutes>().Map(routes);
        services.GetRequiredService<TenantRoutes>().Map(routes);
        services.GetRequiredService<WholeRoutes>().Map(routes);
    }
}
