namespace Headgate.Server.Tenants;

/// <summary>What an id may be: any text, compared ordinally, within a length.</summary>
internal static class IdRules
{
    /// <summary>UTF-16 characters of a tenant's or an action's id.</summary>
    public const int MaxLength = 128;

    /// <summary>UTF-16 characters of a client's id.</summary>
    public const int MaxClientLength = 256;

    /// <summary>What is wrong with an id; null if nothing is.</summary>
    /// <param name="field">What the caller called it: tenant_id, client_id, action_type.</param>
    /// <param name="id">The id.</param>
    public static string? Refuse(string field, string? id)
    {
        int most = field == "client_id" ? MaxClientLength : MaxLength;
        if (string.IsNullOrEmpty(id)) return $"{field} is {(id is null ? "missing" : "empty")}; it must have 1 to {most} characters.";
        if (id.Length > most) return $"{field} has {id.Length} characters; it must have 1 to {most}. Use a shorter id, or a hash of it.";
        return null;
    }
}
