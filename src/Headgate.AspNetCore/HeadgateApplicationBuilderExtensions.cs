using Headgate.AspNetCore;
using Headgate.AspNetCore.Endpoints;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Headgate in the pipeline.</summary>
public static class HeadgateApplicationBuilderExtensions
{
    private const string Marker = "Headgate.AspNetCore.UseHeadgate";

    /// <summary>Set by UseRouting, and not where the host routes by itself before everything.</summary>
    private const string Routing = "__EndpointRouteBuilder";

    /// <summary>
    /// Limits requests from here on: after routing and authentication, before what does the work. Policies come from endpoints
    /// (<c>RequireHeadgate</c>, <c>[Headgate]</c>), from routes of the configuration, and from here.
    /// </summary>
    /// <param name="app">The application.</param>
    /// <param name="globalPolicies">Names of policies of every request, beside those of <see cref="HeadgateOptions.GlobalPolicies"/>.</param>
    /// <exception cref="InvalidOperationException">Headgate was not added to the services, or stands in this pipeline already.</exception>
    /// <exception cref="Headgate.Extensions.PolicyException">An endpoint, or this call, names a policy that is not known.</exception>
    public static IApplicationBuilder UseHeadgate(this IApplicationBuilder app, params string[] globalPolicies)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(globalPolicies);
        HeadgateServices services = HeadgateServices.Of(app.ApplicationServices);
        if (!app.Properties.TryAdd(Marker, true))
            throw new InvalidOperationException("UseHeadgate stands in the pipeline twice, and each request would be charged twice. Name all policies in one call, or require them on endpoints.");
        services.Uses++;
        bool isRouted = app.Properties.ContainsKey(Routing);
        HeadgateOptions options = services.Options with { GlobalPolicies = [.. services.Options.GlobalPolicies, .. globalPolicies] };
        return app.Use(next =>
        {
            if (!isRouted && app.Properties.ContainsKey(Routing))
                throw new InvalidOperationException("UseHeadgate stands before UseRouting, where the endpoint of a request and its policies are not known yet. Call it after UseRouting.");

            // Here endpoints are known, and the application does not serve yet.
            StartCheck.Run(app.ApplicationServices, services, options);
            return new HeadgateMiddleware(next, options, services).InvokeAsync;
        });
    }
}
