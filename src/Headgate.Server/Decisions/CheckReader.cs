using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Headgate.Server.Tenants;

namespace Headgate.Server.Decisions;

/// <summary>
/// Reads the objects of requests for decisions field by field, without a document between. What is wrong with an object is returned and not thrown: it
/// may be one of a thousand, and the others are good. Only what is no JSON at all throws.
/// </summary>
internal static class CheckReader
{
    /// <summary>Levels of JSON; nothing here has more than three.</summary>
    public const int MaxDepth = 8;

    private const int MaxShown = 60;

    private static readonly string[] Names =
        ["tenant_id", "client_id", "action_type", "cost", "max_requests", "window_duration_seconds", "lease_id", "actions"];

    private static readonly IdCache TenantIds = new();
    private static readonly IdCache ActionIds = new();

    /// <summary>What an object in an object's list is read to.</summary>
    public delegate RequestRefusal? ListReader(ref Utf8JsonReader json, string field);

    public static string NameOf(CheckFields field) => Names[int.Log2((int)field)];

    /// <summary>The names of some fields, in a row.</summary>
    public static string Known(CheckFields fields) => string.Join(", ", Names.Where((_, i) => ((int)fields & (1 << i)) != 0));

    /// <summary>A reader at the first token of a body.</summary>
    public static Utf8JsonReader Open(ReadOnlySpan<byte> utf8)
    {
        Utf8JsonReader json = new(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        json.Read();
        return json;
    }

    /// <summary>Nothing may follow.</summary>
    public static void Close(ref Utf8JsonReader json)
    {
        if (json.Read()) throw new JsonException("More than one value.");
    }

    /// <summary>Reads the value at which the reader stands, to its end, whatever is wrong with it.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="what">What to call the value: <c>the body</c>, <c>items[3]</c>.</param>
    /// <param name="known">The fields it may have.</param>
    /// <param name="values">Where they go.</param>
    /// <param name="list">Reads the value of <c>actions</c>, where that is known.</param>
    /// <returns>What is wrong first; null if nothing is.</returns>
    public static RequestRefusal? Read(ref Utf8JsonReader json, string what, CheckFields known, ref CheckValues values, ListReader? list = null)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            RequestRefusal refusal = new(400, $"{what} is {Shown(ref json)}; it must be an object with the fields {Known(known)}.");
            json.Skip();
            return refusal;
        }

        RequestRefusal? first = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            CheckFields field = FieldOf(ref json);
            if ((field & known) == 0)
            {
                first ??= Unknown(ref json, known);
                json.Skip();
                continue;
            }

            string name = field == CheckFields.Actions && IsNamed(ref json, "items", out _) ? "items" : NameOf(field);
            json.Read();
            RequestRefusal? wrong;
            if ((values.Seen & field) != 0) wrong = RequestRefusal.Bad(name, null, $"{name} is there twice; give it once.");
            else if (field == CheckFields.Actions) wrong = list!(ref json, name);
            else wrong = ReadValue(ref json, field, ref values);
            values.Seen |= field;
            first ??= wrong;
            json.Skip();
        }

        return first;
    }

    /// <summary>Reads the list at which the reader stands, to its end.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="name">What the caller called the list.</param>
    /// <param name="most">The most entries.</param>
    /// <param name="entry">Reads the entry at which the reader stands, to its end; it is told the entry's name. What it returns ends nothing.</param>
    public static RequestRefusal? ReadList(ref Utf8JsonReader json, string name, int most, ListReader entry)
    {
        if (json.TokenType != JsonTokenType.StartArray) return RequestRefusal.Bad(name, Raw(ref json), $"{name} is {Shown(ref json)}; it must be a list of 1 to {most} objects.");
        int count = 0;
        RequestRefusal? first = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (count++ < most) first ??= entry(ref json, $"{name}[{count - 1}]");
            else json.Skip();
        }

        if (count == 0) return RequestRefusal.Bad(name, null, $"{name} is empty; it must have 1 to {most} entries.");
        return count <= most ? first : RequestRefusal.Bad(name, null, $"{name} has {count} entries; it must have 1 to {most}. Send the rest in another request.");
    }

    /// <summary>True if the property at which the reader stands has this name.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="name">The name.</param>
    /// <param name="shown">The name that it has, up to a length.</param>
    public static bool IsNamed(ref Utf8JsonReader json, string name, out string shown)
    {
        if (!json.ValueIsEscaped || !TryUnescape(ref json, out string? text)) text = Encoding.UTF8.GetString(json.ValueSpan);
        shown = text.Length > MaxShown ? text[..MaxShown] + "..." : text;
        return text == name;
    }

    private static RequestRefusal? ReadValue(ref Utf8JsonReader json, CheckFields field, ref CheckValues values)
    {
        switch (field)
        {
            case CheckFields.Tenant:
                if (!TryText(ref json, field, TenantIds, out string? tenant, out RequestRefusal? wrong)) return wrong;
                values.Tenant = tenant;
                return null;
            case CheckFields.Client:
                if (!TryText(ref json, field, null, out string? client, out wrong)) return wrong;
                values.Client = client;
                return null;
            case CheckFields.Action:
                if (!TryText(ref json, field, ActionIds, out string? action, out wrong)) return wrong;
                values.Action = action;
                return null;
            case CheckFields.Lease:
                if (!TryText(ref json, field, null, out string? lease, out wrong)) return wrong;
                if (!LeaseText.TryParse(lease, out LeaseId id))
                    return RequestRefusal.Bad("lease_id", lease, $"lease_id is {Shown(ref json)}; it must be the 32 hexadecimal digits that an admitted check returned.");
                values.Lease = id;
                return null;
            default:
                // Programs that write objects out write null for what they do not say.
                if (json.TokenType == JsonTokenType.Null) return null;
                if (json.TokenType != JsonTokenType.Number) return Wrong(ref json, field, "a number");
                return CheckNumbers.Set(json.ValueSpan, field, ref values);
        }
    }

    /// <summary>An id. A null is none.</summary>
    private static bool TryText(ref Utf8JsonReader json, CheckFields field, IdCache? cache, [NotNullWhen(true)] out string? text, out RequestRefusal? wrong)
    {
        text = null;
        wrong = null;
        if (json.TokenType != JsonTokenType.String)
        {
            wrong = Wrong(ref json, field, "a text in double quotes");
            return false;
        }

        if (!json.ValueIsEscaped)
        {
            text = cache is null ? Encoding.UTF8.GetString(json.ValueSpan) : cache.Get(json.ValueSpan);
        }
        else if (!TryUnescape(ref json, out text))
        {
            wrong = Wrong(ref json, field, "whole characters, both halves of a surrogate pair");
            return false;
        }

        string name = NameOf(field);
        if (field == CheckFields.Lease || IdRules.Refuse(name, text) is not { } refused) return true;
        wrong = RequestRefusal.Bad(name, text, refused);
        return false;
    }

    /// <summary>JSON can escape half of a surrogate pair, which is JSON and no text.</summary>
    private static bool TryUnescape(ref Utf8JsonReader json, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = json.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            text = null;
            return false;
        }
    }

    private static CheckFields FieldOf(ref Utf8JsonReader json)
    {
        if (json.ValueIsEscaped) return FieldOfEscaped(ref json);
        ReadOnlySpan<byte> name = json.ValueSpan;
        return name.Length switch
        {
            9 when name.SequenceEqual("tenant_id"u8) => CheckFields.Tenant,
            9 when name.SequenceEqual("client_id"u8) => CheckFields.Client,
            11 when name.SequenceEqual("action_type"u8) => CheckFields.Action,
            4 when name.SequenceEqual("cost"u8) => CheckFields.Cost,
            12 when name.SequenceEqual("max_requests"u8) => CheckFields.MaxRequests,
            23 when name.SequenceEqual("window_duration_seconds"u8) => CheckFields.Window,
            8 when name.SequenceEqual("lease_id"u8) => CheckFields.Lease,
            7 when name.SequenceEqual("actions"u8) => CheckFields.Actions,
            5 when name.SequenceEqual("items"u8) => CheckFields.Actions,
            _ => CheckFields.None,
        };
    }

    private static CheckFields FieldOfEscaped(ref Utf8JsonReader json)
    {
        if (!TryUnescape(ref json, out string? name)) return CheckFields.None;
        int place = Array.IndexOf(Names, name == "items" ? "actions" : name);
        return place < 0 ? CheckFields.None : (CheckFields)(1 << place);
    }

    private static RequestRefusal Unknown(ref Utf8JsonReader json, CheckFields known)
    {
        IsNamed(ref json, "", out string shown);
        return RequestRefusal.Bad(shown, null, $"'{shown}' is no field here; known are {Known(known)}. Leave it out.");
    }

    private static RequestRefusal Wrong(ref Utf8JsonReader json, CheckFields field, string expected) =>
        RequestRefusal.Bad(NameOf(field), Raw(ref json), $"{NameOf(field)} is {Shown(ref json)}; it must be {expected}.");

    private static string Shown(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"\"{Cut(ref json)}\"",
        _ => Cut(ref json),
    };

    private static string? Raw(ref Utf8JsonReader json) => json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? null : Cut(ref json);

    /// <summary>The value as it was sent, up to a length.</summary>
    private static string Cut(ref Utf8JsonReader json) => CheckNumbers.Cut(json.ValueSpan);
}
