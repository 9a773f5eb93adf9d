using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headgate.Server.Tests.OpenApi;

/// <summary>Whether JSON is what a schema of the document says: the keywords that the document uses, and no others.</summary>
internal static class SchemaCheck
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$ref", "type", "description", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "minimum", "maximum", "exclusiveMinimum",
        "minLength", "maxLength", "minItems", "maxItems", "pattern", "format", "default",
    };

    /// <summary>What is wrong, each with its place; empty if nothing is.</summary>
    public static List<string> Errors(JsonElement document, JsonElement schema, JsonElement value)
    {
        List<string> errors = [];
        Check(document, schema, value, "$", errors);
        return errors;
    }

    /// <summary>What a reference stands for.</summary>
    public static JsonElement Resolve(JsonElement document, JsonElement node)
    {
        while (node.ValueKind == JsonValueKind.Object && node.TryGetProperty("$ref", out JsonElement target))
        {
            JsonElement at = document;
            foreach (string step in target.GetString()![2..].Split('/')) at = at.GetProperty(step);
            node = at;
        }

        return node;
    }

    private static void Check(JsonElement document, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (!Known.Contains(keyword.Name)) throw new NotSupportedException($"The keyword {keyword.Name} is not known here.");
        }

        schema = Resolve(document, schema);
        if (schema.TryGetProperty("anyOf", out JsonElement any))
        {
            List<string>[] each = [.. any.EnumerateArray().Select(one => Errors(document, one, value))];
            if (each.All(one => one.Count > 0)) errors.Add($"{at} is none of: {string.Join(" | ", each.Select(one => one[0]))}");
        }

        if (schema.TryGetProperty("type", out JsonElement type) && !Types(type).Any(name => IsOf(name, value)))
        {
            errors.Add($"{at} is {value.ValueKind} and not {type}");
            return;
        }

        if (schema.TryGetProperty("enum", out JsonElement names) && !names.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value))) errors.Add($"{at} is {value} and none of {names}");
        if (schema.TryGetProperty("const", out JsonElement only) && !JsonElement.DeepEquals(only, value)) errors.Add($"{at} is {value} and not {only}");
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                CheckNumber(schema, value.GetDecimal(), at, errors);
                break;
            case JsonValueKind.String:
                CheckText(schema, value.GetString()!, at, errors);
                break;
            case JsonValueKind.Array:
                CheckArray(document, schema, value, at, errors);
                break;
            case JsonValueKind.Object:
                CheckObject(document, schema, value, at, errors);
                break;
        }
    }

    private static void CheckNumber(JsonElement schema, decimal number, string at, List<string> errors)
    {
        if (schema.TryGetProperty("minimum", out JsonElement least) && number < least.GetDecimal()) errors.Add($"{at} is {number}, below {least}");
        if (schema.TryGetProperty("maximum", out JsonElement most) && number > most.GetDecimal()) errors.Add($"{at} is {number}, above {most}");
        if (schema.TryGetProperty("exclusiveMinimum", out JsonElement above) && number <= above.GetDecimal()) errors.Add($"{at} is {number}, not above {above}");
    }

    private static void CheckText(JsonElement schema, string text, string at, List<string> errors)
    {
        if (schema.TryGetProperty("minLength", out JsonElement least) && text.Length < least.GetInt32()) errors.Add($"{at} has {text.Length} characters, fewer than {least}");
        if (schema.TryGetProperty("maxLength", out JsonElement most) && text.Length > most.GetInt32()) errors.Add($"{at} has {text.Length} characters, more than {most}");
        if (schema.TryGetProperty("pattern", out JsonElement pattern) && !Regex.IsMatch(text, pattern.GetString()!)) errors.Add($"{at} is {text}, not like {pattern}");
        if (schema.TryGetProperty("format", out _) && !DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _)) errors.Add($"{at} is {text}, and no time");
    }

    private static void CheckArray(JsonElement document, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.TryGetProperty("minItems", out JsonElement least) && value.GetArrayLength() < least.GetInt32()) errors.Add($"{at} has fewer than {least} entries");
        if (schema.TryGetProperty("maxItems", out JsonElement most) && value.GetArrayLength() > most.GetInt32()) errors.Add($"{at} has more than {most} entries");
        if (!schema.TryGetProperty("items", out JsonElement items)) return;
        int i = 0;
        foreach (JsonElement entry in value.EnumerateArray()) Check(document, items, entry, $"{at}[{i++}]", errors);
    }

    private static void CheckObject(JsonElement document, JsonElement schema, JsonElement value, string at, List<string> errors)
    {
        if (schema.TryGetProperty("required", out JsonElement required))
        {
            foreach (JsonElement name in required.EnumerateArray())
            {
                if (!value.TryGetProperty(name.GetString()!, out _)) errors.Add($"{at} has no {name}");
            }
        }

        bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties);
        bool hasOthers = schema.TryGetProperty("additionalProperties", out JsonElement others);
        foreach (JsonProperty field in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(field.Name, out JsonElement property)) Check(document, property, field.Value, $"{at}.{field.Name}", errors);
            else if (hasOthers && others.ValueKind == JsonValueKind.False) errors.Add($"{at} has {field.Name}, which is not in the document");
            else if (hasOthers && others.ValueKind == JsonValueKind.Object) Check(document, others, field.Value, $"{at}.{field.Name}", errors);
        }
    }

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDecimal() % 1 == 0,
        _ => throw new NotSupportedException($"The type {type} is not known here."),
    };
}
