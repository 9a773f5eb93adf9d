using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Headgate.Cli.Keys;

/// <summary>The keys of a service that runs, by its routes.</summary>
internal sealed class HttpKeyRing : IKeyRing
{
    private const string Keys = "api/keys";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _client;

    /// <param name="service">Where it is.</param>
    /// <param name="key">An administrator's secret; null where the service asks for none.</param>
    public HttpKeyRing(Uri service, string? key)
    {
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = service, Timeout = Patience };
        if (key is not null) _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public async Task<JsonDocument> CreateAsync(string name, string role, string? tenant, TimeSpan? lifetime, CancellationToken ct) =>
        (await SendAsync(HttpMethod.Post, Keys, json =>
        {
            json.WriteString("name", name);
            json.WriteString("role", role);
            if (tenant is not null) json.WriteString("tenant_id", tenant);
            if (lifetime is { } span) json.WriteNumber("expires_in_seconds", (decimal)span.Ticks / TimeSpan.TicksPerSecond);
        }, ct).ConfigureAwait(false))!;

    public async IAsyncEnumerable<JsonElement> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        string? after = null;
        do
        {
            using JsonDocument page = (await SendAsync(HttpMethod.Get, after is null ? $"{Keys}?limit=1000" : $"{Keys}?limit=1000&after={Uri.EscapeDataString(after)}", null, ct).ConfigureAwait(false))!;
            foreach (JsonElement key in page.RootElement.GetProperty("keys").EnumerateArray()) yield return key;
            after = page.RootElement.GetProperty("next_key").GetString();
        }
        while (after is not null);
    }

    public async Task<JsonDocument> RotateAsync(string id, TimeSpan grace, CancellationToken ct) =>
        (await SendAsync(HttpMethod.Post, $"{Keys}/{Uri.EscapeDataString(id)}/rotate", json => json.WriteNumber("grace_seconds", (decimal)grace.Ticks / TimeSpan.TicksPerSecond), ct).ConfigureAwait(false))!;

    public async Task RevokeAsync(string id, CancellationToken ct) => (await SendAsync(HttpMethod.Delete, $"{Keys}/{Uri.EscapeDataString(id)}", null, ct).ConfigureAwait(false))?.Dispose();

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }

    private async Task<JsonDocument?> SendAsync(HttpMethod method, string path, Action<Utf8JsonWriter>? body, CancellationToken ct)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null)
        {
            ArrayBufferWriter<byte> bytes = new();
            using (Utf8JsonWriter json = new(bytes))
            {
                json.WriteStartObject();
                body(json);
                json.WriteEndObject();
            }

            request.Content = new ByteArrayContent(bytes.WrittenSpan.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        try
        {
            using HttpResponseMessage answer = await _client.SendAsync(request, ct).ConfigureAwait(false);
            byte[] text = await answer.Content.ReadAsByteArrayAsync(ct).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode) throw Refused(answer.StatusCode, text);
            return text.Length == 0 ? null : JsonDocument.Parse(text);
        }
        catch (HttpRequestException unreachable)
        {
            throw CommandException.Failed($"{_client.BaseAddress} does not answer: {PlainText.Reason(unreachable)}. Check that the service runs and listens there.");
        }
        catch (TaskCanceledException) when (!ct.IsCancellationRequested)
        {
            throw CommandException.Failed(string.Create(CultureInfo.InvariantCulture, $"{_client.BaseAddress} did not answer within {Patience.TotalSeconds} s."));
        }
        catch (JsonException)
        {
            throw CommandException.Failed($"{_client.BaseAddress} does not answer as the decision service does. Check the address.");
        }
    }

    /// <summary>The service's own words, with what to do about a key that does not do.</summary>
    private static CommandException Refused(HttpStatusCode status, byte[] text)
    {
        string? detail = null;
        try
        {
            using JsonDocument problem = JsonDocument.Parse(text);
            if (problem.RootElement.TryGetProperty("detail", out JsonElement said)) detail = said.GetString();
        }
        catch (JsonException)
        {
            // Not the service: a proxy's own page, say.
        }

        string remedy = status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? " Give an administrator's key with --key-file or HEADGATE_KEY." : "";
        string message = string.Create(CultureInfo.InvariantCulture, $"The service refuses ({(int)status}): {PlainText.Clean(detail ?? "it does not say why.", 600)}{remedy}");
        return status == HttpStatusCode.BadRequest ? CommandException.WrongUsage(message) : CommandException.Failed(message);
    }
}
