using Headgate.AspNetCore.Identity;
using Headgate.AspNetCore.Paths;
using Headgate.Extensions;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Requests;

/// <summary>What all plans of one set of policies share: ways to tell callers apart, routes, exemptions and groups. Thread-safe.</summary>
internal sealed class RequestResources(PolicySnapshot snapshot, HeadgateOptions options, RateLimitPolicies inForce, CallerIdentity identity)
{

    /// <summary>Callers that no policy applies to.</summary>
    public KeySet ExemptKeys { get; } = new(options.Exempt.Keys);

    /// <summary>Routes of the configuration; null if there are none.</summary>
    public RouteTable? Routes { get; } = snapshot.Routes.Count == 0 ? null : new RouteTable(snapshot.Routes);

    public NoIdentity NoIdentity => options.Identity.NoIdentity;

    public CallerKeys KeysOf(KeySelector selector) => identity.KeysOf(selector);

    public static RequestExemptions? ExemptionsOf(PolicyExemptions exempt) => exempt.Paths.Count + exempt.Methods.Count == 0 ? null : new RequestExemptions(exempt);

    public PolicyGroup GroupOf(ActivePolicy[] policies) => inForce.GroupOf(policies);
}
