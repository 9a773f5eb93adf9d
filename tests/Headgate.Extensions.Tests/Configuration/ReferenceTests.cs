using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Headgate.Extensions.Configuration;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>The reference and the schema for editors say what the reader knows. What they should say lies beside this test's assembly when they do not.</summary>
public sealed class ReferenceTests
{
    private const string Begin = "<!-- fields -->\n", End = "<!-- end of fields -->";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void The_page_has_every_field()
    {
        string page = File.ReadAllText(Docs("configuration.md"));
        string table = page[(page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length)..page.IndexOf(End, StringComparison.Ordinal)];
        StringBuilder expected = new("| field | meaning | range | default | example |\n| --- | --- | --- | --- | --- |\n");
        foreach (ConfigurationField field in ConfigurationFields.All) expected.Append($"| `{field.Path}` | {field.Meaning} | {field.Range} | {field.Default} | `{field.Example}` |\n");
        AreSame("configuration.fields.md", expected.ToString(), table);
    }

    [Fact]
    public void The_schema_has_every_field()
    {
        JsonObject schema = Object("");
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Headgate");
        AreSame("headgate.schema.json", schema.ToJsonString(Indented) + "\n", File.ReadAllText(Docs("headgate.schema.json")));
    }

    [Fact]
    public void Every_example_of_a_field_is_read()
    {
        foreach (ConfigurationField field in ConfigurationFields.All)
        {
            string value = field.Example;
            for (string path = field.Path; path.Length > 0; path = path.LastIndexOf('.') is >= 0 and int dot ? path[..dot] : "")
            {
                string name = path[(path.LastIndexOf('.') + 1)..];
                bool isItem = name.EndsWith("[]", StringComparison.Ordinal);
                string beside = path switch
                {
                    "policies.*" when !field.Path.EndsWith(".limits", StringComparison.Ordinal) => "limits: 'fixed_window(permits=1, window=1s)'",
                    "routes[]" when field.Path != "routes[].policies" => "policies: []",
                    _ => "",
                };
                if (beside.Length > 0) value = value.TrimEnd().TrimEnd('}') + $", {beside} }}";
                value = $"{{ {(name == "*" ? "any" : name.Replace("[]", "", StringComparison.Ordinal))}: {(isItem ? $"[{value}]" : value)} }}";
            }

            Read.Yaml(value);
        }
    }

    [Fact]
    public void The_examples_of_the_pages_are_read()
    {
        string page = File.ReadAllText(Docs("configuration.md"));
        Assert.Equal(2, Read.Yaml(Block(page, "yaml")).Policies.Count);
        string section = JsonNode.Parse(Block(page, "json"))!["Headgate"]!.ToJsonString();
        Assert.Equal("user:eve", Assert.Single(Assert.Single(Read.JsonSection(section).Policies).Overrides).Key);
    }

    [Theory]
    [InlineData("queue_limit", 1_000_000)]
    public void Ranges_are_those_of_the_code(string field, int most)
    {
        Assert.Contains(most.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), ConfigurationFields.All.Single(one => one.Name == field).Range, StringComparison.Ordinal);
        string Yaml(int value) => $"policies: {{ a: {{ limits: 'fixed_window(permits=1, window=1s)', {field}: {value} }} }}";
        Read.Yaml(Yaml(most));
        Read.Error(Yaml(most + 1));
    }

    private static JsonObject Object(string path)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (ConfigurationField field in ConfigurationFields.All.Where(one => one.Parent == path && one.Name != "*"))
        {
            properties[field.Name.Replace("[]", "", StringComparison.Ordinal)] = Value(field);
            if (field.Default == "required") required.Add(field.Name);
        }

        JsonObject schema = new() { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0) schema["required"] = required;
        return schema;
    }

    private static JsonObject Value(ConfigurationField field)
    {
        JsonObject schema = field.Type switch
        {
            FieldType.Fields => Object(field.Path),
            FieldType.Items => new JsonObject { ["type"] = "array", ["items"] = Object(field.Path + "[]") },
            FieldType.Named => new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = field.Path switch { "policies" => Object("policies.*"), "api_keys.keys" => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9a-fA-F]{64}$" }, _ => Texts() },
            },
            FieldType.Texts => Texts(),
            FieldType.Number => new JsonObject { ["type"] = "integer" },
            FieldType.Cost => new JsonObject { ["type"] = new JsonArray("integer", "string") },
            FieldType.Truth => new JsonObject { ["type"] = "boolean" },
            FieldType.Mode => new JsonObject { ["enum"] = new JsonArray("open", "closed", "local") },
            FieldType.Duration => new JsonObject { ["type"] = new JsonArray("string", "integer") },
            _ => new JsonObject { ["type"] = "string" },
        };
        schema["description"] = $"{field.Meaning} Range: {field.Range}. Default: {field.Default}.";
        return schema;
    }

    private static JsonObject Texts() => new() { ["type"] = new JsonArray("string", "array"), ["items"] = new JsonObject { ["type"] = "string" } };

    private static void AreSame(string name, string expected, string found)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, name);
        if (expected != found) File.WriteAllText(beside, expected);
        Assert.True(expected == found, $"the docs do not say what the code does; what they should say is in {beside}");
    }

    private static string Block(string page, string language) => Regex.Match(page, $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

    private static string Docs(string name)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Headgate.slnx"))) root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("no Headgate.slnx above the tests");
        return Path.Combine(root, "docs", "reference", name);
    }
}
