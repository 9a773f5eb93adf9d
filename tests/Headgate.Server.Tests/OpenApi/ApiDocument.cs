using System.Text.Json;
using Headgate.Server.OpenApi;

namespace Headgate.Server.Tests.OpenApi;

/// <summary>A route of the document.</summary>
internal sealed record ApiOperation(string Path, string Method, JsonElement Node)
{
    public string Id => Node.GetProperty("operationId").GetString()!;

    public override string ToString() => $"{Method} {Path}";
}

/// <summary>The document that the service serves.</summary>
internal static class ApiDocument
{
    public static JsonElement Root { get; } = JsonDocument.Parse(OpenApiRoutes.Json).RootElement;

    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. Root.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => new ApiOperation(path.Name, method.Name.ToUpperInvariant(), method.Value))),
    ];

    public static JsonElement Resolve(JsonElement node) => SchemaCheck.Resolve(Root, node);

    public static IEnumerable<JsonElement> Parameters(ApiOperation operation) =>
        operation.Node.TryGetProperty("parameters", out JsonElement all) ? all.EnumerateArray().Select(Resolve) : [];

    /// <summary>The examples of a body, each with the status that it is answered with; a request without a body is one.</summary>
    public static IEnumerable<(string Name, string? Json, int? Status)> Requests(ApiOperation operation)
    {
        if (!operation.Node.TryGetProperty("requestBody", out JsonElement body)) return [("", null, null)];
        return body.GetProperty("content").GetProperty("application/json").GetProperty("examples").EnumerateObject()
            .Select(example => (example.Name, (string?)example.Value.GetProperty("value").GetRawText(), (int?)example.Value.GetProperty("x-status").GetInt32()));
    }

    /// <summary>The content of an answer by its media type, without parameters of it; nothing for an answer without a body, null for one that is not in the document.</summary>
    public static Dictionary<string, JsonElement>? Answer(ApiOperation operation, int status)
    {
        if (!operation.Node.GetProperty("responses").TryGetProperty($"{status}", out JsonElement answer)) return null;
        answer = Resolve(answer);
        if (!answer.TryGetProperty("content", out JsonElement content)) return [];
        return content.EnumerateObject().ToDictionary(type => type.Name.Split(';')[0], type => type.Value, StringComparer.Ordinal);
    }
}
