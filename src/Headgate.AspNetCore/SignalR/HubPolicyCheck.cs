using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Headgate.AspNetCore.SignalR;

/// <summary>Stops an application at start-up whose hubs ask for a policy that is not there. Those of attributes are found when they are first asked.</summary>
internal sealed class HubPolicyCheck(RateLimitPolicies policies, HubLimitOptions options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        HubPlan.Require(policies, "a SignalR hub", [.. options.Everywhere, .. options.Methods.Select(one => one.Charge), .. options.Connecting]);
        next(app);
    };
}
