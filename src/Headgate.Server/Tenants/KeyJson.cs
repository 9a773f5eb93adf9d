using System.Globalization;
using System.Text.Json;
using Headgate.AspNetCore.Admin;
using Headgate.Server.Access;

namespace Headgate.Server.Tenants;

/// <summary>An API key as JSON. Nothing in it lets anybody in: of the secret there is only a hash.</summary>
internal static class KeyJson
{
    private const int MaxIdLength = 64;
    private const int MaxNameLength = 200;
    private const int HashDigits = 64;

    public static void Write(Utf8JsonWriter json, AccessKey key)
    {
        json.WriteString("id", key.Id);
        if (key.Name.Length > 0) json.WriteString("name", key.Name);
        json.WriteString("role", NodeNames.Of(key.Role));
        if (key.Tenant is not null) json.WriteString("tenant", key.Tenant);
        json.WriteString("hash", key.Hash);
        if (key.PreviousHash is not null) json.WriteString("previous_hash", key.PreviousHash);
        if (key.PreviousUntil is { } until) json.WriteString("previous_until", until);
        json.WriteString("created_at", key.CreatedAt);
        if (key.ExpiresAt is { } expires) json.WriteString("expires_at", expires);
    }

    /// <exception cref="AdminRefusal">A field is wrong.</exception>
    public static AccessKey Read(AdminFields fields)
    {
        AccessKey read = new()
        {
            Id = Needed(fields, "id", MaxIdLength),
            Name = fields.Text("name") is not { } name ? "" : name.Length <= MaxNameLength ? name
                : throw AdminRefusal.Bad("name", name, $"name has {name.Length} characters; it must have at most {MaxNameLength}. Use a shorter name."),
            Role = (KeyRole?)fields.Choice("role", NodeNames.Roles) ?? throw AdminRefusal.Bad("role", null, $"role is missing; it must be one of {string.Join(", ", NodeNames.Roles)}."),
            Tenant = fields.Text("tenant") is { } tenant && IdRules.Refuse("tenant", tenant) is { } refused ? throw AdminRefusal.Bad("tenant", tenant, refused) : fields.Text("tenant"),
            Hash = Hash(fields, "hash") ?? throw AdminRefusal.Bad("hash", null, $"hash is missing; it must be the SHA-256 of the secret, {HashDigits} hexadecimal digits."),
            PreviousHash = Hash(fields, "previous_hash"),
            PreviousUntil = Time(fields, "previous_until"),
            CreatedAt = Time(fields, "created_at") ?? DateTimeOffset.UnixEpoch,
            ExpiresAt = Time(fields, "expires_at"),
        };
        fields.End();
        return read;
    }

    private static string Needed(AdminFields fields, string field, int most)
    {
        string? text = fields.Text(field);
        if (text is { Length: > 0 } && text.Length <= most) return text;
        throw AdminRefusal.Bad(field, text, $"{field} {(string.IsNullOrEmpty(text) ? "is missing" : $"has {text.Length} characters")}; it must have 1 to {most} characters.");
    }

    /// <summary>What is no hash is not shown again: it may be the secret itself, put in the wrong place.</summary>
    private static string? Hash(AdminFields fields, string field)
    {
        if (fields.Text(field) is not { } text) return null;
        if (text.Length == HashDigits && text.All(char.IsAsciiHexDigit)) return text;
        throw AdminRefusal.Bad(field, null, $"{field} is no hash; it must be a SHA-256, {HashDigits} hexadecimal digits.");
    }

    private static DateTimeOffset? Time(AdminFields fields, string field)
    {
        if (fields.Text(field) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)) return time;
        throw AdminRefusal.Bad(field, text, $"{field} is no time; it must be one as ISO 8601 writes it, such as 2026-01-31T12:00:00Z.");
    }
}
