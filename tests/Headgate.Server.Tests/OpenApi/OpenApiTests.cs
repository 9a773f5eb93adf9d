using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Headgate.Server.Metrics;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.OpenApi;

/// <summary>The document and the service are the same, both ways.</summary>
public sealed partial class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_in_the_document_and_nothing_else()
    {
        await using Service service = await Service.StartAsync();
        string[] routes =
        [
            .. service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(endpoint =>
                (endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["ANY"]).Select(method => $"{method} {CatchAll().Replace("/" + endpoint.RoutePattern.RawText!.TrimStart('/'), "{")}")),
        ];
        Assert.Equal(routes.Order(StringComparer.Ordinal), ApiDocument.Operations.Select(o => o.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Each_example_is_answered_as_the_document_says()
    {
        await using Service service = await Service.StartAsync();
        Dictionary<string, string> made = new(StringComparer.Ordinal);
        List<string> wrong = [];
        foreach (ApiOperation operation in InOrder())
        {
            foreach ((string name, string? json, int? expected) in ApiDocument.Requests(operation))
            {
                using HttpRequestMessage request = new(new HttpMethod(operation.Method), Target(operation, made));
                if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await service.Client.SendAsync(request);
                string text = await response.Content.ReadAsStringAsync();
                string told = $"{operation} {name}: {(int)response.StatusCode} {text}";
                wrong.AddRange(Complaints(operation, response, text, expected).Select(complaint => $"{complaint}: {told}"));
                if (operation.Id == "CreateKey" && response.IsSuccessStatusCode) made["id"] = JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!;
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_example_is_as_its_schema_says_or_is_refused()
    {
        List<string> wrong = [];
        foreach (ApiOperation operation in ApiDocument.Operations)
        {
            if (operation.Node.TryGetProperty("requestBody", out JsonElement body))
            {
                JsonElement schema = body.GetProperty("content").GetProperty("application/json").GetProperty("schema");
                foreach ((string name, string? json, int? status) in ApiDocument.Requests(operation))
                {
                    List<string> errors = SchemaCheck.Errors(ApiDocument.Root, schema, JsonDocument.Parse(json!).RootElement);
                    if (errors.Count == 0 != status < 400) wrong.Add($"{operation} {name} is answered {status}, and: {string.Join("; ", errors)}");
                }
            }

            foreach (JsonElement parameter in ApiDocument.Parameters(operation))
            {
                if (!parameter.TryGetProperty("example", out JsonElement example)) continue;
                wrong.AddRange(SchemaCheck.Errors(ApiDocument.Root, parameter.GetProperty("schema"), example).Select(error => $"{operation} {parameter.GetProperty("name")}: {error}"));
            }

            foreach (JsonProperty answer in operation.Node.GetProperty("responses").EnumerateObject())
            {
                foreach ((string type, JsonElement content) in ApiDocument.Answer(operation, int.Parse(answer.Name, System.Globalization.CultureInfo.InvariantCulture))!)
                {
                    IEnumerable<JsonElement> examples = content.TryGetProperty("example", out JsonElement one) ? [one]
                        : content.TryGetProperty("examples", out JsonElement several) ? several.EnumerateObject().Select(example => example.Value.GetProperty("value")) : [];
                    foreach (JsonElement example in examples)
                        wrong.AddRange(SchemaCheck.Errors(ApiDocument.Root, content.GetProperty("schema"), example).Select(error => $"{operation} {answer.Name}: {error}"));
                    if (type == "application/json" && operation.Id != "GetOpenApi" && !examples.Any()) wrong.Add($"{operation} {answer.Name} has no example");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_field_of_a_request_has_bounds()
    {
        List<string> wrong = [];
        foreach (ApiOperation operation in ApiDocument.Operations)
        {
            if (operation.Node.TryGetProperty("requestBody", out JsonElement body)) Bounds(body.GetProperty("content").GetProperty("application/json").GetProperty("schema"), $"{operation}", wrong);
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_check_of_schemas_finds_what_is_wrong()
    {
        JsonElement schema = ApiDocument.Root.GetProperty("components").GetProperty("schemas").GetProperty("Decision");
        const string Good = """{"allowed":true,"remaining_requests":1,"reset_time_seconds":1.5,"retry_after_seconds":null,"status":"queued"}""";
        Assert.Empty(Errors(Good));
        Assert.NotEmpty(Errors(Good.Replace("true", "1", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace("queued", "waiting", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace(":1,", ":1.5,", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace(":1,", ":-1,", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace("\"allowed\":true,", "", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace("\"allowed\"", "\"new\":1,\"allowed\"", StringComparison.Ordinal)));
        Assert.NotEmpty(Errors(Good.Replace("\"allowed\"", "\"lease_id\":\"x\",\"allowed\"", StringComparison.Ordinal)));

        List<string> Errors(string json) => SchemaCheck.Errors(ApiDocument.Root, schema, JsonDocument.Parse(json).RootElement);
    }

    [Fact]
    public async Task The_document_is_served_with_an_ETag_and_names_the_version_of_the_service()
    {
        await using Service service = await Service.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync(new Uri("/openapi/v1.json", UriKind.Relative));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        JsonElement document = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(ProcessFacts.Version, document.GetProperty("info").GetProperty("version").GetString());
        Assert.Equal(ApiDocument.Operations.Count, ApiDocument.Operations.Select(o => o.Id).Distinct().Count());
        Assert.Equal(HttpStatusCode.NotModified, (await service.SendAsync(HttpMethod.Get, "/openapi/v1.json", null, ("If-None-Match", response.Headers.ETag!.ToString()))).Status);
    }

    /// <summary>What is configured first, then what is made and asked, then what is removed: what is in it before what it is in.</summary>
    private static IEnumerable<ApiOperation> InOrder()
    {
        string[] methods = ["PUT", "POST", "GET", "DELETE"];
        return ApiDocument.Operations.OrderBy(o => Array.IndexOf(methods, o.Method)).ThenBy(o => o.Method == "DELETE" ? -o.Path.Length : o.Path == "/admin/rules" ? 0 : o.Path.Length);
    }

    private static string Target(ApiOperation operation, Dictionary<string, string> made)
    {
        string path = operation.Path;
        List<string> query = [];
        foreach (JsonElement parameter in ApiDocument.Parameters(operation))
        {
            string name = parameter.GetProperty("name").GetString()!;
            string? value = made.GetValueOrDefault(name) ?? (parameter.TryGetProperty("example", out JsonElement example) ? example.ToString() : null);
            switch (parameter.GetProperty("in").GetString())
            {
                case "path":
                    path = path.Replace($"{{{name}}}", Uri.EscapeDataString(value!), StringComparison.Ordinal);
                    break;
                case "query" when value is not null:
                    query.Add($"{name}={Uri.EscapeDataString(value)}");
                    break;
            }
        }

        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    private static IEnumerable<string> Complaints(ApiOperation operation, HttpResponseMessage response, string text, int? expected)
    {
        int status = (int)response.StatusCode;
        if (expected is null ? status >= 300 : status != expected) yield return $"not {expected?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "a success"}";
        if (ApiDocument.Answer(operation, status) is not { } contents)
        {
            yield return "a status that is not in the document";
            yield break;
        }

        if (contents.Count == 0)
        {
            if (text.Length > 0) yield return "a body that is not in the document";
            yield break;
        }

        string? type = response.Content.Headers.ContentType?.MediaType;
        if (type is null || !contents.TryGetValue(type, out JsonElement content))
        {
            yield return $"the type {type} is not in the document";
            yield break;
        }

        if (!type.EndsWith("json", StringComparison.Ordinal)) yield break;
        foreach (string error in SchemaCheck.Errors(ApiDocument.Root, content.GetProperty("schema"), JsonDocument.Parse(text).RootElement)) yield return error;
    }

    private static void Bounds(JsonElement schema, string at, List<string> wrong)
    {
        schema = ApiDocument.Resolve(schema);
        if (schema.TryGetProperty("anyOf", out JsonElement any))
        {
            foreach (JsonElement one in any.EnumerateArray()) Bounds(one, at, wrong);
        }

        string type = schema.TryGetProperty("type", out JsonElement named) ? named.ToString() : "";
        bool isBounded = type switch
        {
            "string" => Has("maxLength") || Has("enum") || Has("const") || Has("pattern"),
            "integer" or "number" => (Has("minimum") || Has("exclusiveMinimum")) && (Has("maximum") || at.EndsWith("_rate", StringComparison.Ordinal) || at.EndsWith("queue_limit", StringComparison.Ordinal)),
            "array" => Has("minItems") && Has("maxItems"),
            _ => true,
        };
        if (!isBounded) wrong.Add($"{at} has no bounds");
        if (schema.TryGetProperty("items", out JsonElement items)) Bounds(items, at + "[]", wrong);
        if (!schema.TryGetProperty("properties", out JsonElement properties)) return;
        foreach (JsonProperty property in properties.EnumerateObject()) Bounds(property.Value, $"{at}.{property.Name}", wrong);

        bool Has(string keyword) => schema.TryGetProperty(keyword, out _);
    }

    [GeneratedRegex(@"\{\*+")]
    private static partial Regex CatchAll();
}
