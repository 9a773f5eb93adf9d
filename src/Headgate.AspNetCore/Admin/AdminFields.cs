using System.Text.Json;

namespace Headgate.AspNetCore.Admin;

/// <summary>The fields of a JSON object, each read at most once; what nobody asked for is refused by <see cref="End"/>.</summary>
internal sealed class AdminFields
{
    /// <summary>The most entries of a list: the parts that a composite limit may have.</summary>
    private const int MaxEntries = LimitBounds.MaxLimitsInComposite;

    private readonly JsonElement _object;
    private readonly List<string> _known = [];

    public AdminFields(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new AdminRefusal(400, $"the body is {Name(root.ValueKind)}; it must be a JSON object.");
        _object = root;
    }

    /// <summary>True if the field is there and is not null.</summary>
    public bool Has(string field) => Find(field) is not null;

    public string? Text(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => TextOf(field, text),
        { } other => throw Wrong(field, other, "a text in double quotes"),
    };

    public long? Whole(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long whole) => whole,
        { } other => throw Wrong(field, other, $"a whole number, at most {long.MaxValue}"),
    };

    public decimal? Number(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDecimal(out decimal exact) => exact,
        { } other => throw Wrong(field, other, "a number of at most 28 digits"),
    };

    public bool? Flag(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw Wrong(field, other, "true or false"),
    };

    /// <summary>A list of texts, or one text as a list of one.</summary>
    public string[]? Texts(string field)
    {
        if (Find(field) is not { } found) return null;
        if (found.ValueKind == JsonValueKind.String) return [TextOf(field, found)];
        if (found.ValueKind != JsonValueKind.Array) throw Wrong(field, found, $"a list of 1 to {MaxEntries} texts");
        if (found.GetArrayLength() is 0 or > MaxEntries)
            throw AdminRefusal.Bad(field, null, $"{field} is a list of {found.GetArrayLength()} texts; it must have 1 to {MaxEntries}.");
        return [.. found.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? TextOf(field, one) : throw Wrong(field, one, "a list of texts"))];
    }

    /// <summary>A number or a text, as a text.</summary>
    public string? Loose(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => TextOf(field, text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { } other => throw Wrong(field, other, "a number or a text"),
    };

    /// <summary>Refuses fields that nobody has asked for.</summary>
    public void End()
    {
        foreach (JsonProperty property in _object.EnumerateObject())
        {
            if (!_known.Contains(property.Name, StringComparer.Ordinal))
            {
                throw AdminRefusal.Bad(property.Name, property.Value.GetRawText(),
                    $"'{(property.Name.Length > 100 ? property.Name[..100] : property.Name)}' is no field here; known are {string.Join(", ", _known)}.");
            }
        }
    }

    private JsonElement? Find(string field)
    {
        if (!_known.Contains(field, StringComparer.Ordinal)) _known.Add(field);
        return _object.TryGetProperty(field, out JsonElement found) && found.ValueKind != JsonValueKind.Null ? found : null;
    }

    /// <summary>JSON can escape half of a surrogate pair, which is JSON and no text.</summary>
    private static string TextOf(string field, JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(field, text, "whole characters, both halves of a surrogate pair");
        }
    }

    private static AdminRefusal Wrong(string field, JsonElement value, string expected) =>
        AdminRefusal.Bad(field, value.GetRawText(), $"{field} is {Shown(value)}; it must be {expected}.");

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object or JsonValueKind.Array => Name(value.ValueKind),
        _ => value.GetRawText() is { Length: > 60 } text ? text[..60] + "..." : value.GetRawText(),
    };

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
