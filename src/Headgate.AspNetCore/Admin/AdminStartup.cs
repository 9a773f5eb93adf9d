using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Admin;

/// <summary>
/// Refuses to start an application that would offer its admin endpoints to a network without authorisation. Before the server listens where
/// that can be known then; else (endpoints in a group, addresses in Kestrel's own code) the application is stopped as soon as it has
/// started, and until then the gate lets nobody in but this machine.
/// </summary>
internal sealed class AdminStartup(IServiceProvider services, ILogger log)
{
    private readonly IServer? _server = services.GetService<IServer>();

    public void Watch(IEndpointRouteBuilder endpoints, EndpointDataSource own)
    {
        if (endpoints is IApplicationBuilder pipeline)
        {
            // The pipeline is built when the addresses are known and nobody listens yet. Nothing is added to it.
            pipeline.Use(next =>
            {
                if (Exposed(own, Planned()) is { } problem) throw new InvalidOperationException(problem);
                return next;
            });
        }

        services.GetService<IHostApplicationLifetime>()?.ApplicationStarted.Register(() =>
        {
            // Whole, with what groups around the endpoints say.
            EndpointDataSource all = services.GetService<EndpointDataSource>() ?? own;
            if (Exposed(all, Listening()) is not { } problem) return;
            AdminLog.Exposed(log, problem);
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        });
    }

    private static string? Exposed(EndpointDataSource endpoints, IEnumerable<string> addresses)
    {
        Endpoint? open = endpoints.Endpoints.FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<AdminAccessMetadata>() is { Access: AdminAccess.Loopback });
        if (open is null) return null;
        string? address = addresses.FirstOrDefault(one => !LocalRequests.IsLoopbackUrl(one));
        return address is null ? null
            : $"the admin endpoints ({(open as RouteEndpoint)?.RoutePattern.RawText}) have no authorisation, and the application listens on {address}, which others can reach. "
            + "Either give them a key, MapHeadgateAdmin(prefix, new AdminOptions { ApiKeyHash = ... }), or add authentication and authorisation to the application; "
            + "or listen on this machine alone, for example on http://localhost:5000.";
    }

    /// <summary>The addresses that the server will listen on, as far as configuration and the application say.</summary>
    private IEnumerable<string> Planned()
    {
        IServerAddressesFeature? feature = _server?.Features.Get<IServerAddressesFeature>();
        string[] own = services.GetService<IConfiguration>() is { } configuration && feature?.PreferHostingUrls != true
            ? [.. configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()]
            : [];
        // Endpoints of Kestrel's own take the place of other addresses.
        return own.Length > 0 ? own : feature?.Addresses ?? [];
    }

    private IEnumerable<string> Listening() => _server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}

/// <summary>What opens an endpoint.</summary>
internal sealed record AdminAccessMetadata(AdminAccess Access);
