using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Headgate.Server.Tests.OpenApi;

/// <summary>The reference of routes for people, made of the document.</summary>
internal static class RoutesPage
{
    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Render()
    {
        StringBuilder page = new();
        page.Append("# Routes of the service\n\n");
        page.Append("Made of [the OpenAPI document](../../src/Headgate.Server/OpenApi/openapi.json), which the service serves at `/openapi/v1.json` and shows at `/docs`, where each route can be tried. A test holds the\n");
        page.Append("document to the routes there are, sends each of its examples, and holds this page to it.\n\n");
        page.Append(Text(ApiDocument.Root.GetProperty("info"), "description")).Append("\n\n");
        page.Append("| request | does |\n| --- | --- |\n");
        foreach (ApiOperation operation in Sorted()) page.Append($"| [`{operation}`](#{Anchor(operation)}) | {Text(operation.Node, "summary")} |\n");
        page.Append("\nWhat is wrong is answered with problem details (`application/problem+json`, RFC 9457): `title`, `status`, `detail`, and where it is one field's fault `field` and `value`.\n");
        foreach (JsonElement tag in ApiDocument.Root.GetProperty("tags").EnumerateArray())
        {
            page.Append($"\n## {tag.GetProperty("name").GetString()}\n\n{Text(tag, "description")}\n");
            foreach (ApiOperation operation in Sorted().Where(o => o.Node.GetProperty("tags")[0].GetString() == tag.GetProperty("name").GetString())) Write(page, operation);
        }

        return page.ToString();
    }

    private static IEnumerable<ApiOperation> Sorted() => ApiDocument.Root.GetProperty("tags").EnumerateArray()
        .SelectMany(tag => ApiDocument.Operations.Where(o => o.Node.GetProperty("tags")[0].GetString() == tag.GetProperty("name").GetString()));

    private static void Write(StringBuilder page, ApiOperation operation)
    {
        page.Append($"\n### {operation.Id}\n\n`{operation}`\n\n{Text(operation.Node, "summary")} {Text(operation.Node, "description")}".TrimEnd()).Append('\n');
        JsonElement[] parameters = [.. ApiDocument.Parameters(operation)];
        if (parameters.Length > 0)
        {
            page.Append("\n| parameter | in | value | |\n| --- | --- | --- | --- |\n");
            foreach (JsonElement one in parameters) page.Append($"| `{Text(one, "name")}` | {Text(one, "in")} | {Value(one.GetProperty("schema"))} | {Text(one, "description")} |\n");
        }

        if (operation.Node.TryGetProperty("requestBody", out JsonElement body))
        {
            JsonElement content = body.GetProperty("content").GetProperty("application/json");
            Fields(page, "field", content.GetProperty("schema"));
            JsonElement example = content.GetProperty("examples").EnumerateObject().First().Value.GetProperty("value");
            page.Append($"\n```json\n{Json(example)}\n```\n");
        }

        foreach (JsonProperty answer in operation.Node.GetProperty("responses").EnumerateObject().Where(a => a.Name is "200" or "201"))
        {
            if (!ApiDocument.Resolve(answer.Value).TryGetProperty("content", out JsonElement content) || !content.TryGetProperty("application/json", out JsonElement json)) continue;
            if (answer.Name == "201" && operation.Node.GetProperty("responses").TryGetProperty("200", out _)) continue;
            Fields(page, "answer", json.GetProperty("schema"));
            if (json.TryGetProperty("example", out JsonElement example)) page.Append($"\n```json\n{Json(example)}\n```\n");
            else if (json.TryGetProperty("examples", out JsonElement several)) page.Append($"\n```json\n{string.Join('\n', several.EnumerateObject().Select(e => Json(e.Value.GetProperty("value"))))}\n```\n");
        }

        page.Append($"\nStatus: {string.Join(", ", operation.Node.GetProperty("responses").EnumerateObject().Select(answer => $"{answer.Name} {Text(ApiDocument.Resolve(answer.Value), "description").TrimEnd('.')}"))}.\n");
    }

    /// <summary>A table of the fields of an object; of one of several, of each.</summary>
    private static void Fields(StringBuilder page, string title, JsonElement schema)
    {
        schema = ApiDocument.Resolve(schema);
        if (schema.TryGetProperty("anyOf", out JsonElement any))
        {
            foreach (JsonElement one in any.EnumerateArray().Select(ApiDocument.Resolve).Where(one => one.TryGetProperty("properties", out _))) Fields(page, title, one);
            return;
        }

        if (!schema.TryGetProperty("properties", out JsonElement properties)) return;
        HashSet<string?> required = schema.TryGetProperty("required", out JsonElement names) ? [.. names.EnumerateArray().Select(name => name.GetString())] : [];
        page.Append($"\n| {title} | value | |\n| --- | --- | --- |\n");
        foreach (JsonProperty property in properties.EnumerateObject())
        {
            string meaning = Text(property.Value, "description") is { Length: > 0 } own ? own : Text(ApiDocument.Resolve(property.Value), "description");
            page.Append($"| `{property.Name}`{(required.Contains(property.Name) || title == "answer" ? "" : "?")} | {Value(property.Value)} | {meaning} |\n");
        }
    }

    /// <summary>The type and the bounds of a value, in a few words.</summary>
    private static string Value(JsonElement schema)
    {
        JsonElement fallback = schema.TryGetProperty("default", out JsonElement outer) ? outer : default;
        schema = ApiDocument.Resolve(schema);
        if (schema.TryGetProperty("anyOf", out _)) return "object";
        string type = schema.TryGetProperty("type", out JsonElement named) ? named.ValueKind == JsonValueKind.Array ? string.Join(" or ", named.EnumerateArray()) : named.GetString()! : "object";
        string text = type switch
        {
            _ when schema.TryGetProperty("enum", out JsonElement values) => string.Join(", ", values.EnumerateArray().Select(value => $"`{value}`")),
            _ when schema.TryGetProperty("const", out JsonElement only) => $"`{Json(only)}`",
            "string" when schema.TryGetProperty("maxLength", out JsonElement most) => $"{(schema.TryGetProperty("minLength", out JsonElement least) ? least.GetInt32() : 0)} to {most} characters",
            "string" when schema.TryGetProperty("format", out _) => "time, ISO 8601",
            "array" => $"list{Bounds(schema, "minItems", "maxItems")} of {Value(schema.GetProperty("items"))}",
            "integer" => $"whole number{Bounds(schema, "minimum", "maximum")}",
            _ => $"{type}{Bounds(schema, "minimum", "maximum")}",
        };
        if (fallback.ValueKind == JsonValueKind.Undefined && schema.TryGetProperty("default", out JsonElement inner)) fallback = inner;
        return fallback.ValueKind == JsonValueKind.Undefined ? text : $"{text}; {fallback} by default";
    }

    private static string Bounds(JsonElement schema, string least, string most)
    {
        bool hasLeast = schema.TryGetProperty(least, out JsonElement low);
        bool hasMost = schema.TryGetProperty(most, out JsonElement high);
        if (hasLeast && hasMost) return $", {Plain(low)} to {Plain(high)}";
        return hasLeast ? $", {low} or more" : schema.TryGetProperty("exclusiveMinimum", out JsonElement above) ? $", above {above}" : "";
    }

    /// <summary>With commas, and without an exponent.</summary>
    private static string Plain(JsonElement number) => number.GetDecimal().ToString("#,0.######", CultureInfo.InvariantCulture);

    private static string Text(JsonElement node, string field) =>
        node.TryGetProperty(field, out JsonElement text) ? text.GetString()!.Replace("|", "\\|", StringComparison.Ordinal) : "";

    private static string Json(JsonElement value) => JsonSerializer.Serialize(value, Compact);

    private static string Anchor(ApiOperation operation) => operation.Id.ToLowerInvariant();
}
