using Headgate.AspNetCore;
using Headgate.AspNetCore.Endpoints;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Limits on endpoints and groups of them.</summary>
public static class HeadgateEndpointExtensions
{
    private static readonly DisableHeadgateAttribute Disable = new();

    /// <summary>Limits the endpoint, or all of the group, by policies: all of them are one decision.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="policies">Names of policies. An unknown one stops the application at its start.</param>
    public static TBuilder RequireHeadgate<TBuilder>(this TBuilder builder, params string[] policies)
        where TBuilder : IEndpointConventionBuilder => builder.RequireHeadgate(policies, null);

    /// <summary>Limits the endpoint by a policy at a cost of its own.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="policy">The name of the policy.</param>
    /// <param name="cost">What a request costs: 0 to 10^15.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cost is outside its domain.</exception>
    public static TBuilder RequireHeadgate<TBuilder>(this TBuilder builder, string policy, long cost)
        where TBuilder : IEndpointConventionBuilder => builder.RequireHeadgate([policy], EndpointCost.Fixed(cost));

    /// <summary>Limits the endpoint by a policy at the cost that a function finds before the request runs.</summary>
    public static TBuilder RequireHeadgate<TBuilder>(this TBuilder builder, string policy, Func<HttpContext, long> cost)
        where TBuilder : IEndpointConventionBuilder => builder.RequireHeadgate([policy], EndpointCost.From(cost));

    /// <summary>Limits the endpoint by policies at a cost: fixed, from a header, from a function, or settled when the response has ended.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="policies">Names of policies.</param>
    /// <param name="cost">The cost of each; null for what they say.</param>
    public static TBuilder RequireHeadgate<TBuilder>(this TBuilder builder, string[] policies, EndpointCost? cost)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Length == 0) throw new ArgumentException("RequireHeadgate names no policy. Name at least one.", nameof(policies));
        if (Array.Exists(policies, string.IsNullOrEmpty)) throw new ArgumentException("RequireHeadgate names an empty policy. Leave it out.", nameof(policies));
        HeadgateMetadata metadata = new([.. policies], cost);
        builder.Add(endpoint =>
        {
            RequireMiddleware(endpoint);
            endpoint.Metadata.Add(metadata);
        });
        return builder;
    }

    /// <summary>
    /// Takes the endpoint out of all limits: those of its groups, of the routes of the configuration and of the whole application. What is
    /// required on it after this still counts.
    /// </summary>
    public static TBuilder DisableHeadgate<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint => endpoint.Metadata.Add(Disable));
        return builder;
    }

    /// <summary>A limit that nobody enforces is worse than none: it is believed in.</summary>
    private static void RequireMiddleware(EndpointBuilder endpoint)
    {
        if (endpoint.ApplicationServices.GetService(typeof(RateLimitPolicies)) is null || HeadgateServices.Of(endpoint.ApplicationServices).Uses > 0) return;
        throw new InvalidOperationException(
            $"the endpoint {endpoint.DisplayName} requires Headgate, and app.UseHeadgate() is missing. Call it after routing and authentication, before the endpoints run.");
    }
}
