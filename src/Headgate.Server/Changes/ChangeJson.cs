using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>A change as JSON: <c>{"version":7,"at":...,"who":...,"what":...,"edits":[{"kind":"action","tenant":...,"action":...,"before":...,"after":...}]}</c>. Pure.</summary>
internal static class ChangeJson
{
    private static readonly string[] Kinds = ["global", "tenant", "action", "client_action", "key"];

    /// <summary>Writes a change as it is kept: with the versions of its leaves and the hashes of keys.</summary>
    public static void Write(Utf8JsonWriter json, ConfigChange change)
    {
        json.WriteStartObject();
        json.WriteNumber("version", change.Version);
        json.WriteString("at", change.At);
        json.WriteString("who", change.Who);
        json.WriteString("what", change.What);
        json.WriteStartArray("edits");
        foreach (ConfigEdit edit in change.Edits)
        {
            json.WriteStartObject();
            WriteAddress(json, edit.At);
            WriteNode(json, "before", edit.Before);
            WriteNode(json, "after", edit.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes where a leaf stands into an object that the caller has begun.</summary>
    public static void WriteAddress(Utf8JsonWriter json, NodeAddress at)
    {
        json.WriteString("kind", Kinds[(int)at.Kind]);
        if (at.Tenant is not null) json.WriteString("tenant", at.Tenant);
        if (at.Client is not null) json.WriteString("client", at.Client);
        if (at.Action is not null) json.WriteString("action", at.Action);
        if (at.KeyId is not null) json.WriteString("key", at.KeyId);
    }

    /// <summary>What <see cref="Write"/> wrote. A leaf with a field that is not known is refused: passing over it would drop what somebody configured.</summary>
    /// <exception cref="FormatException">It is no change.</exception>
    public static ConfigChange Read(JsonElement json)
    {
        try
        {
            ImmutableArray<ConfigEdit>.Builder edits = ImmutableArray.CreateBuilder<ConfigEdit>();
            foreach (JsonElement edit in json.GetProperty("edits").EnumerateArray())
            {
                NodeAddress at = ReadAddress(edit);
                edits.Add(new ConfigEdit(at, ReadNode(edit, "before", at.Kind), ReadNode(edit, "after", at.Kind)));
            }

            DateTimeOffset time = DateTimeOffset.Parse(json.GetProperty("at").GetString()!, CultureInfo.InvariantCulture);
            return new ConfigChange(json.GetProperty("version").GetInt64(), time, json.GetProperty("who").GetString()!, json.GetProperty("what").GetString()!, edits.DrainToImmutable());
        }
        catch (Exception wrong) when (wrong is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or RequestRefusal)
        {
            throw new FormatException($"it is no change of a configuration: {wrong.Message}", wrong);
        }
    }

    /// <exception cref="FormatException">It is no place of a leaf.</exception>
    public static NodeAddress ReadAddress(JsonElement json)
    {
        string kind = Text(json, "kind");
        return Array.IndexOf(Kinds, kind) switch
        {
            (int)NodeKind.Global => NodeAddress.Global,
            (int)NodeKind.Tenant => NodeAddress.OfTenant(Text(json, "tenant")),
            (int)NodeKind.Action => NodeAddress.OfAction(Text(json, "tenant"), Text(json, "action")),
            (int)NodeKind.ClientAction => NodeAddress.OfClientAction(Text(json, "tenant"), Text(json, "client"), Text(json, "action")),
            (int)NodeKind.Key => NodeAddress.OfKey(Text(json, "key")),
            _ => throw new FormatException($"a leaf of the kind '{kind}' is not known to this version."),
        };
    }

    private static string Text(JsonElement json, string field) => json.GetProperty(field).GetString() ?? throw new FormatException($"{field} is null.");

    private static ConfigNode? ReadNode(JsonElement edit, string field, NodeKind kind) =>
        edit.TryGetProperty(field, out JsonElement node) && node.ValueKind != JsonValueKind.Null ? KeptJson.Read(kind, node) : null;

    private static void WriteNode(Utf8JsonWriter json, string field, ConfigNode? node)
    {
        if (node is null) return;
        json.WritePropertyName(field);
        KeptJson.Write(json, node);
    }
}
