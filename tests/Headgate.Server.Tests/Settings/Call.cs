using System.Net;
using System.Text;
using System.Text.Json;

namespace Headgate.Server.Tests.Settings;

/// <summary>What the service answered: status, ETag, JSON.</summary>
internal sealed record Call(HttpStatusCode Status, string? Tag, string? ContentType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string Detail => Json.GetProperty("detail").GetString()!;

    /// <summary>Sends a request to the service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="method">GET, PUT and so on.</param>
    /// <param name="path">The path, escaped.</param>
    /// <param name="json">The body; null for none.</param>
    /// <param name="headers">More header fields: name, value, name, value.</param>
    public static async Task<Call> SendAsync(Service service, string method, string path, string? json = null, params string[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        for (int i = 0; i < headers.Length; i += 2)
        {
            if (headers[i] == "Content-Type") request.Content!.Headers.ContentType = headers[i + 1].Length == 0 ? null : new(headers[i + 1]);
            else request.Headers.TryAddWithoutValidation(headers[i], headers[i + 1]);
        }

        using HttpResponseMessage response = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
        foreach (var field in response.Headers.Concat(response.Content.Headers)) fields[field.Key] = string.Join(", ", field.Value);
        return new Call(response.StatusCode, fields.GetValueOrDefault("ETag"), response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), fields);
    }
}
