using Headgate;
using Headgate.AspNetCore;
using Headgate.AspNetCore.Admission;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Bounded, fairly shared places for requests, in the pipeline.</summary>
public static class HeadgateAdmissionApplicationExtensions
{
    private const string Marker = "Headgate.AspNetCore.UseHeadgateAdmission";

    /// <summary>Set by UseRouting, and not where the host routes by itself before everything.</summary>
    private const string Routing = "__EndpointRouteBuilder";

    private static readonly DisableHeadgateAdmissionAttribute Disable = new();

    /// <summary>
    /// From here on so many requests run at once as the gate has places. Others wait, each flow in a queue of its own, and the queues take
    /// turns; who cannot wait is answered with 503. Call it after routing, and after authentication where flows are told apart by user.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was not added to the services, or stands in this pipeline already.</exception>
    /// <exception cref="Headgate.Extensions.PolicyException">The key asks for a function that the application does not have.</exception>
    public static IApplicationBuilder UseHeadgateAdmission(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        HeadgateAdmissionOptions options = app.ApplicationServices.GetService<HeadgateAdmissionOptions>()
            ?? throw new InvalidOperationException("Admission is not among the services. Call builder.Services.AddHeadgateAdmission(...) before the application is built.");
        if (!app.Properties.TryAdd(Marker, true))
            throw new InvalidOperationException("UseHeadgateAdmission stands in the pipeline twice, and a request would wait for itself. Call it once.");
        FairGate gate = app.ApplicationServices.GetRequiredService<FairGate>();
        AdmissionTelemetry telemetry = app.ApplicationServices.GetRequiredService<AdmissionTelemetry>();
        FlowReader flows = new(options);
        bool isRouted = app.Properties.ContainsKey(Routing);
        return app.Use(next =>
        {
            if (!isRouted && app.Properties.ContainsKey(Routing))
                throw new InvalidOperationException("UseHeadgateAdmission stands before UseRouting, where the endpoint of a request is not known yet. Call it after UseRouting.");
            return new AdmissionMiddleware(next, gate, flows, options, telemetry).InvokeAsync;
        });
    }

    /// <summary>Requests of the endpoint, or of the group, neither take a place nor wait for one.</summary>
    public static TBuilder DisableHeadgateAdmission<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint => endpoint.Metadata.Add(Disable));
        return builder;
    }
}
