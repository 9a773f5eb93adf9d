using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Access;

/// <summary>A key as routes show it: without hashes, which are nobody's business.</summary>
internal static class KeyAnswer
{
    public static void Write(Utf8JsonWriter json, AccessKey key, string? secret = null)
    {
        json.WriteStartObject();
        json.WriteString("id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("role", NodeNames.Of(key.Role));
        if (key.Tenant is null) json.WriteNull("tenant_id");
        else json.WriteString("tenant_id", key.Tenant);
        json.WriteString("created_at", key.CreatedAt);
        WriteTime(json, "expires_at", key.ExpiresAt);
        // Until then the secret before the last rotation is good as well.
        WriteTime(json, "previous_until", key.PreviousUntil);
        if (secret is not null) json.WriteString("secret", secret);
        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string field, DateTimeOffset? time)
    {
        if (time is { } known) json.WriteString(field, known);
        else json.WriteNull(field);
    }
}
