namespace Headgate.Server.Tenants;

/// <summary>What an id may be: any text, compared ordinally, within a length.</summary>
internal static class IdRules
{
    /// <summary>UTF-16 characters of a tenant's or an action's id.</summary>
    public const int MaxLength = 128;

    /// <summary>UTF-16 characters of a client's id.</summary>
    public const int MaxClientLength = 256;

    private const char FirstSurrogate = '\ud800';
    private const char LastSurrogate = '\udfff';

    /// <summary>What is wrong with an id; null if nothing is.</summary>
    /// <param name="field">What the caller called it: tenant_id, client_id, action_type.</param>
    /// <param name="id">The id.</param>
    public static string? Refuse(string field, string? id)
    {
        int most = field == "client_id" ? MaxClientLength : MaxLength;
        if (string.IsNullOrEmpty(id)) return $"{field} is {(id is null ? "missing" : "empty")}; it must have 1 to {most} characters.";
        if (id.Length > most) return $"{field} has {id.Length} characters; it must have 1 to {most}. Use a shorter id, or a hash of it.";
        // UTF-8 cannot tell halves of characters apart: two such ids would be one where they are kept.
        if (id.AsSpan().ContainsAnyInRange(FirstSurrogate, LastSurrogate) && HasHalf(id)) return $"{field} has half of a surrogate pair, which is no text. Use whole characters.";
        return null;
    }

    private static bool HasHalf(string id)
    {
        for (int i = 0; i < id.Length; i++)
        {
            if (!char.IsSurrogate(id[i])) continue;
            if (i + 1 == id.Length || !char.IsSurrogatePair(id[i], id[i + 1])) return true;
            i++;
        }

        return false;
    }
}
