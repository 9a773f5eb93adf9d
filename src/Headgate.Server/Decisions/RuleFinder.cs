using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>
/// Which limit applies: the client's own, else the tenant's for the action, else the one in the request, else the global default. What is configured
/// wins over the caller's numbers: no caller raises its own limit.
/// </summary>
internal static class RuleFinder
{
    /// <exception cref="RequestRefusal">The numbers in the request make no limit.</exception>
    public static AppliedRule Find(ServiceConfig config, in DecisionRequest request)
    {
        if (config.Tenants.TryGetValue(request.Tenant, out TenantConfig? tenant))
        {
            if (!tenant.Clients.IsEmpty && tenant.Clients.TryGetValue(request.Client, out var own) && own.TryGetValue(request.Action, out ActionRule? rule))
                return new(rule, RuleSource.Client);
            if (tenant.Actions.TryGetValue(request.Action, out rule)) return new(rule, RuleSource.Tenant);
        }

        ActionRule fallback = config.Global.DefaultRule;
        return request.MaxRequests is null && request.Window is null
            ? new(fallback, RuleSource.Default)
            : new(RequestRules.Get(request, fallback), RuleSource.Request);
    }

    /// <summary>What to answer when the store cannot.</summary>
    public static FailureMode FailureModeOf(ServiceConfig config, string tenant) =>
        config.Tenants.TryGetValue(tenant, out TenantConfig? found) && found.Settings?.OnStoreFailure is { } own ? own : config.Global.OnStoreFailure;
}
