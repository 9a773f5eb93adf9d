using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Access;

/// <summary>Who may ask, put together.</summary>
internal static class AccessServices
{
    /// <exception cref="ServeSettingsException">The admin key cannot be read, or is none.</exception>
    public static IServiceCollection AddHeadgateAccess(this IServiceCollection services, ServeOptions options) => services
        .AddSingleton(new KeyPolicy(options))
        .AddSingleton<AuditedBook>()
        .AddSingleton<AuthFailures>()
        .AddSingleton<IAccessGate, KeyGate>()
        .AddSingleton<KeyRoutes>();

    /// <summary>After routing, before anything that does work.</summary>
    public static void UseHeadgateAccess(this IApplicationBuilder app)
    {
        app.Use(new ListenCheck(app.ApplicationServices).Before);
        app.UseMiddleware<AccessMiddleware>();
    }

    public static void MapHeadgateKeys(this IEndpointRouteBuilder routes) => routes.ServiceProvider.GetRequiredService<KeyRoutes>().Map(routes);
}
