using Headgate.AspNetCore.Identity;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Endpoints;

/// <summary>Refuses to start an application that asks for what is not there: better than limits that are silently none.</summary>
internal static partial class StartCheck
{
    public static void Run(IServiceProvider provider, HeadgateServices services, HeadgateOptions options)
    {
        Dictionary<string, string> required = new(StringComparer.Ordinal);
        foreach (string name in options.GlobalPolicies) required[name] = "UseHeadgate";
        IReadOnlyList<Endpoint> endpoints = provider.GetService<EndpointDataSource>()?.Endpoints ?? [];
        foreach (Endpoint endpoint in endpoints)
        {
            foreach (IHeadgateMetadata metadata in EndpointPolicies.Of(endpoint).Required)
            {
                foreach (string name in metadata.Policies) required.TryAdd(name, $"the endpoint {endpoint.DisplayName}");
            }
        }

        services.Policies.Require(required);
        PartCheck parts = new(options.GlobalPolicies, provider.GetService<EndpointDataSource>());
        services.Policies.Check(next => Validate(next, options, parts));
        if (required.Count == 0 && services.Policies.Current.Routes.Count == 0) NothingToLimit(services.Loggers.CreateLogger("Headgate.AspNetCore"));
    }

    /// <summary>What only this front can tell of policies: that paths are patterns, that functions are there, and that no request asks for too much at once.</summary>
    private static void Validate(PolicySnapshot next, HeadgateOptions options, PartCheck parts)
    {
        try
        {
            parts.Run(next, new RouteTable(next.Routes));
            foreach (ActivePolicy policy in next.Policies.Values)
            {
                CallerIdentity.Validate(policy.Definition.Key, options.Identity);
                _ = new RequestExemptions(policy.Definition.Exempt);
            }
        }
        catch (FormatException e)
        {
            throw new PolicyException(e.Message);
        }
    }

    [LoggerMessage(61, LogLevel.Warning, "UseHeadgate limits nothing: no endpoint, no route of the configuration and no global policy names a policy. "
        + "Use RequireHeadgate(\"policy\") on an endpoint or UseHeadgate(\"policy\") for all.", EventName = "NothingToLimit")]
    private static partial void NothingToLimit(ILogger logger);
}
