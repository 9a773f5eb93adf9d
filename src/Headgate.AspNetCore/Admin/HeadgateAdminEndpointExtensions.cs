using Headgate.AspNetCore;
using Headgate.AspNetCore.Admin;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using HttpJsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Endpoints to look at limits and to change them while the application runs.</summary>
public static class HeadgateAdminEndpointExtensions
{
    /// <summary>
    /// Adds <c>GET, POST rules</c>, <c>DELETE rules/{key}</c>, <c>GET stats/{key}</c>, <c>POST reset/{key}</c>, <c>POST update-rule</c> and
    /// <c>GET top</c> below a path.
    /// </summary>
    /// <remarks>
    /// <para>Authorisation is required: by the key of the options, else by what the result is given (<c>.RequireAuthorization("ops")</c>), else
    /// by the application's default policy. An application that has no authentication must listen on this machine alone, or it does
    /// not start; only connections from this machine are answered then.</para>
    /// <para>What is changed here stays until it is changed again or the application ends.</para>
    /// </remarks>
    /// <param name="endpoints">The application, or a group of endpoints.</param>
    /// <param name="prefix">The path, <c>/admin</c> by default.</param>
    /// <param name="options">Settings; the defaults if null.</param>
    /// <returns>All the endpoints, to say more about: <c>.RequireAuthorization("ops")</c>, <c>.RequireHost("*:9090")</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddHeadgate()</c> has not been called.</exception>
    public static IEndpointConventionBuilder MapHeadgateAdmin(this IEndpointRouteBuilder endpoints, string prefix = "/admin", AdminOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        options ??= new AdminOptions();
        IServiceProvider services = endpoints.ServiceProvider;
        HeadgateServices headgate = HeadgateServices.Of(services);
        RateLimitPolicies policies = headgate.Policies;
        ILogger log = services.GetRequiredService<ILoggerFactory>().CreateLogger(AdminLog.Category);

        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        EndpointDataSource own = endpoints.DataSources.Last();
        AdminEndpoint endpoint = new(new AdminGate(options, services.GetService<IServer>()));
        new AdminRoutes(endpoint, new AdminRules(policies, options), new AdminKeys(policies), headgate.RefusedKeys, log).Map(group, NamePrefix(prefix));
        // Whoever is refused everything must still be able to change that.
        group.WithMetadata(new DisableHeadgateAttribute());
        Describable(services);
        bool authenticates = services.GetService<IServiceProviderIsService>()?.IsService(typeof(IAuthorizationService)) == true
            && services.GetService<IOptions<AuthenticationOptions>>()?.Value.Schemes.Any() == true;
        ((IEndpointConventionBuilder)group).Finally(builder => SetAccess(builder, options, authenticates, log, prefix));
        new AdminStartup(services, log).Watch(endpoints, own);
        return group;
    }

    /// <summary>Last of all, when the application has said what it wants.</summary>
    private static void SetAccess(EndpointBuilder endpoint, AdminOptions options, bool authenticates, ILogger log, string prefix)
    {
        AdminAccess access = AdminAccess.Loopback;
        if (options.ApiKeyHash is not null) access = AdminAccess.Key;
        else if (endpoint.Metadata.OfType<IAdminCaller>().Any()) access = AdminAccess.Application;
        else if (endpoint.Metadata.OfType<IAllowAnonymous>().Any()) access = AdminAccess.Anybody;
        else if (endpoint.Metadata.Any(one => one is IAuthorizeData or AuthorizationPolicy)) access = AdminAccess.Authorization;
        else if (authenticates)
        {
            access = AdminAccess.Authorization;
            endpoint.Metadata.Add(new AuthorizeAttribute());
        }

        if (access == AdminAccess.Anybody && endpoint.Metadata.OfType<IEndpointNameMetadata>().Any(name => name.EndpointName.EndsWith(AdminRoutes.First, StringComparison.Ordinal)))
            AdminLog.OpenToAnybody(log, prefix);
        endpoint.Metadata.Add(new AdminAccessMetadata(access));
    }

    /// <summary>An application without reflection-based JSON can describe only types that it knows.</summary>
    private static void Describable(IServiceProvider services)
    {
        if (services.GetService<IOptions<HttpJsonOptions>>()?.Value.SerializerOptions is { IsReadOnly: false } json && !json.TypeInfoResolverChain.Contains(AdminJson.Default))
            json.TypeInfoResolverChain.Add(AdminJson.Default);
    }

    /// <summary>Names of operations are one in an application, and the endpoints may be there twice.</summary>
    private static string NamePrefix(string prefix) =>
        prefix.Trim('/') is "admin" or "" ? "HeadgateAdmin" : "HeadgateAdmin_" + string.Concat(prefix.Trim('/').Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')) + "_";
}
