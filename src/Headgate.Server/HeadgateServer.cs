using Headgate.Server.Access;
using Headgate.Server.Decisions;
using Headgate.Server.Hosting;
using Headgate.Server.Http;
using Headgate.Server.Settings;
using Headgate.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server;

/// <summary>The decision service as a web application: built here, run by whoever asked for it.</summary>
public static class HeadgateServer
{
    /// <summary>Builds the service. Nothing listens before it is started.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="customise">Changes to services and logging before it is built; null for none.</param>
    public static WebApplication Create(ServeOptions options, Action<WebApplicationBuilder>? customise = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        // Empty: nothing but these options has a say. An appsettings.json that lies about, or ASPNETCORE_URLS, would.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Urls);
        builder.Services.AddRoutingCore();
        builder.Logging.AddHeadgateConsole(options);
        builder.Services.AddHeadgateServer(options);
        customise?.Invoke(builder);
        WebApplication app = builder.Build();
        app.UseObservation(options);
        app.UseMiddleware<RequestBounds>();
        app.UseMiddleware<RefusalMiddleware>();
        app.UseMiddleware<CheckMiddleware>();
        app.UseMiddleware<RawPathMiddleware>();
        app.UseRouting();
        app.UseHeadgateAccess();
        app.Services.GetRequiredService<CheckRoutes>().Map(app);
        app.MapHeadgateAccess();
        app.MapHeadgateSettings();
        app.MapObservation();
        return app;
    }
}
