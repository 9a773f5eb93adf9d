using Headgate.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Access;

/// <summary>Who may ask, put together.</summary>
internal static class AccessServices
{
    /// <exception cref="ServeSettingsException">The admin key cannot be read, or is none.</exception>
    public static IServiceCollection AddHeadgateAccess(this IServiceCollection services, ServeOptions options)
    {
        KeyPolicy keys = new(options);
        return services
            .AddSingleton(keys)
            .AddSingleton(OwnLimits.AddTo(services.AddHeadgate(), keys))
            .AddSingleton<AuditedBook>()
            .AddSingleton<AuthFailures>()
            .AddSingleton<IAccessGate, KeyGate>()
            .AddSingleton<KeyRoutes>()
            .AddSingleton<OwnLimits>();
    }

    /// <summary>After routing, before anything that does work.</summary>
    public static void UseHeadgateAccess(this IApplicationBuilder app)
    {
        app.Use(new ListenCheck(app.ApplicationServices).Before);
        app.UseMiddleware<AccessMiddleware>();
        OwnLimits.Use(app);
    }

    /// <summary><c>/api/keys</c> and <c>/admin</c>.</summary>
    public static void MapHeadgateAccess(this IEndpointRouteBuilder routes)
    {
        routes.MapHeadgateAdmin("/admin", new AdminOptions { DefaultPolicy = OwnLimits.Policy })
            .WithMetadata(new AdminDoor(routes.ServiceProvider.GetRequiredService<IAccessGate>()));
        routes.ServiceProvider.GetRequiredService<KeyRoutes>().Map(routes);
    }
}
