using System.Security.Claims;

namespace Headgate.AspNetCore.Identity;

/// <summary>
/// What authenticated identities say. Claims of an identity that is not authenticated say nothing. The lists are walked by index, because
/// the framework's own searches allocate an enumerator each.
/// </summary>
internal static class Claims
{
    private static readonly string[] TenantTypes = ["tenant_id", "tid", "http://schemas.microsoft.com/identity/claims/tenantid"];

    /// <summary>The user's id, else the name; null if nobody is authenticated.</summary>
    public static string? UserOf(ClaimsPrincipal? caller)
    {
        if (caller is null) return null;
        string? id = Find(caller, ClaimTypes.NameIdentifier) ?? Find(caller, "sub");
        if (id is not null) return id;
        foreach (ClaimsIdentity identity in Listed(caller.Identities))
        {
            if (identity.IsAuthenticated && !string.IsNullOrEmpty(identity.Name)) return identity.Name;
        }

        return null;
    }

    public static string? TenantOf(ClaimsPrincipal? caller) => FindAny(caller, TenantTypes);

    /// <summary>The value of the first claim, in the order of the types.</summary>
    public static string? FindAny(ClaimsPrincipal? caller, IReadOnlyList<string> types)
    {
        if (caller is null) return null;
        for (int i = 0; i < types.Count; i++)
        {
            string? value = Find(caller, types[i]);
            if (value is not null) return value;
        }

        return null;
    }

    /// <summary>The value of the first claim of a type that is not empty. Case of the type does not matter, as in the framework.</summary>
    public static string? Find(ClaimsPrincipal? caller, string type)
    {
        if (caller is null) return null;
        foreach (ClaimsIdentity identity in Listed(caller.Identities))
        {
            if (!identity.IsAuthenticated) continue;
            foreach (Claim claim in Listed(identity.Claims))
            {
                if (claim.Value.Length > 0 && claim.Type.Equals(type, StringComparison.OrdinalIgnoreCase)) return claim.Value;
            }
        }

        return null;
    }

    private static List<T> Listed<T>(IEnumerable<T> all) => all as List<T> ?? [.. all];
}
