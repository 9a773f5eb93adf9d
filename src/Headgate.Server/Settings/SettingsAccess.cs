using Headgate.Server.Access;
using Microsoft.AspNetCore.Http;

namespace Headgate.Server.Settings;

/// <summary>Who may see and change what of the configuration. Refusals say nothing of whether a tenant exists.</summary>
internal sealed class SettingsAccess(IAccessGate gate)
{
    /// <exception cref="RequestRefusal">401, or 403: the caller may not configure this tenant.</exception>
    public Caller ForTenant(HttpContext context, string tenant)
    {
        Caller caller = gate.Enter(context);
        return caller.MayConfigure(tenant) ? caller : throw AccessRefusal.Forbidden("configures this tenant: its role must be configure or admin, for this tenant or for all");
    }

    /// <summary>For what is of all tenants: to look at.</summary>
    /// <exception cref="RequestRefusal">401 or 403.</exception>
    public Caller ForAll(HttpContext context)
    {
        Caller caller = gate.Enter(context);
        return caller is { Role: KeyRole.Configure or KeyRole.Admin, Tenant: null } ? caller : throw AccessRefusal.Forbidden("configures all tenants: its role must be configure, without a tenant, or admin");
    }

    /// <summary>For the history: of all tenants, or of the caller's own, which is returned then.</summary>
    /// <exception cref="RequestRefusal">401 or 403.</exception>
    public (Caller Caller, string? Tenant) ForHistory(HttpContext context, string? asked)
    {
        Caller caller = gate.Enter(context);
        string? tenant = asked ?? caller.Tenant;
        bool may = caller.Role is KeyRole.Configure or KeyRole.Admin && (caller.Tenant is null || string.Equals(caller.Tenant, tenant, StringComparison.Ordinal));
        return may ? (caller, tenant) : throw AccessRefusal.Forbidden("configures this tenant: its role must be configure or admin, for this tenant or for all");
    }

    /// <exception cref="RequestRefusal">401 or 403.</exception>
    public Caller ForAdmin(HttpContext context)
    {
        Caller caller = gate.Enter(context);
        return caller.Role == KeyRole.Admin ? caller : throw AccessRefusal.Forbidden("administers: its role must be admin");
    }
}
