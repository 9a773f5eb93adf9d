using Headgate.Server.Access;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Metrics;

/// <summary>Who may read figures.</summary>
internal static class MonitorAccess
{
    /// <summary>Refuses whoever may not read the figures of all tenants.</summary>
    /// <exception cref="RequestRefusal">403.</exception>
    public static void Require(Caller caller)
    {
        if (caller.Role is KeyRole.Monitor or KeyRole.Admin && caller.Tenant is null) return;
        throw new RequestRefusal(StatusCodes.Status403Forbidden, "this key may not read the figures of all tenants; it takes one with the role monitor or admin that is for all tenants.");
    }

    /// <summary>Refuses whoever has to do with other tenants alone. Any key that is for this tenant or for all may read its figures.</summary>
    /// <exception cref="RequestRefusal">403.</exception>
    public static void Require(Caller caller, string tenant)
    {
        if (caller.Tenant is null || string.Equals(caller.Tenant, tenant, StringComparison.Ordinal)) return;
        throw new RequestRefusal(StatusCodes.Status403Forbidden, "this key is for another tenant; it takes one for this tenant or for all.");
    }
}
