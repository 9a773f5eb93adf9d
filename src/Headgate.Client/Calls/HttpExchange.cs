using System.Net;
using System.Net.Http.Headers;

namespace Headgate.Client.Calls;

/// <summary>One request to one endpoint and its answer, and, if there is none, whether the service may have had it. Thread-safe.</summary>
internal sealed class HttpExchange(HttpClient http, ClientSettings settings)
{
    private static readonly MediaTypeWithQualityHeaderValue Json = new("application/json");

    private readonly AuthenticationHeaderValue? _key = settings.ApiKey is { } key ? new AuthenticationHeaderValue("Bearer", key) : null;

    /// <summary>Never throws but for the caller's own cancellation.</summary>
    /// <param name="call">The call.</param>
    /// <param name="endpoint">Whom to ask.</param>
    /// <param name="either">Cancelled when the call's time is over, or the caller cancels.</param>
    /// <param name="ct">The caller's.</param>
    public async Task<Answer> TryAsync(Call call, Endpoint endpoint, CancellationToken either, CancellationToken ct)
    {
        long sentAt = settings.Clock.GetTimestamp();
        OnceContent? content = call.Body is { } body ? new OnceContent(body, onlyOnce: !call.IsRepeatable) : null;
        using HttpRequestMessage request = RequestOf(call, endpoint, content);
        bool MayHaveBeenDone() => content?.HasBegun ?? true;
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either).ConfigureAwait(false);
            byte[]? answer = await BoundedBody.ReadAsync(response.Content, call.MaxAnswer, either).ConfigureAwait(false);
            if (answer is null) return Failed($"its answer has more than {call.MaxAnswer} bytes", true);
            Answer read = Read(response, answer) with { SentAt = sentAt, From = endpoint };
            return IsOwnAnswer(read) ? read with { IsAnswered = true } : read with { Failure = $"it answered {(int)read.Status}", IsUncertain = MayHaveBeenDone() };
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            throw;
        }
        catch (OperationCanceledException cancelled)
        {
            return Failed($"it did not answer within {call.Timeout.TotalSeconds} s", MayHaveBeenDone(), cancelled);
        }
        catch (Exception failure) when (failure is not ObjectDisposedException)
        {
            // Whatever a handler of the application throws is no answer either.
            return Failed(WhyOf(failure), MayHaveBeenDone(), failure);
        }
    }

    /// <summary>True if somebody answers there.</summary>
    public async Task<bool> ProbeAsync(Endpoint endpoint)
    {
        Call probe = new("probe", HttpMethod.Get, "/health/live") { IsRepeatable = true, Timeout = settings.Timeout };
        using CancellationTokenSource patience = new(probe.Timeout, settings.Clock);
        try
        {
            return (await TryAsync(probe, endpoint, patience.Token, CancellationToken.None).ConfigureAwait(false)).IsAnswered;
        }
        catch (ObjectDisposedException)
        {
            // The HTTP client has been disposed; nobody is there to ask.
            return false;
        }
    }

    private static Answer Failed(string why, bool uncertain, Exception? error = null) => new() { Failure = why, IsUncertain = uncertain, Error = error };

    /// <summary>5xx are a proxy's or an accident, unless the service says in its own words that it is busy or that its store is away.</summary>
    private static bool IsOwnAnswer(Answer answer) => (int)answer.Status < 500 || (answer.Status == HttpStatusCode.ServiceUnavailable && answer.IsJson);

    private static Answer Read(HttpResponseMessage response, byte[] body)
    {
        string? type = response.Content.Headers.ContentType?.MediaType;
        return new Answer
        {
            Status = response.StatusCode,
            Body = body,
            IsJson = type is not null && (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)),
            ETag = response.Headers.TryGetValues("ETag", out IEnumerable<string>? tags) ? tags.FirstOrDefault() : null,
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static string WhyOf(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "nobody answers there",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its name is not known",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection could be made",
        _ => "the connection broke",
    };

    private HttpRequestMessage RequestOf(Call call, Endpoint endpoint, OnceContent? content)
    {
        // Ids are escaped already, each exactly once; the address must not be tidied up: "%2E%2E" is a client's id, not the folder above.
        Uri address = new(endpoint.Root + call.Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        HttpRequestMessage request = new(call.Method, address) { Content = content };
        request.Headers.Accept.Add(Json);
        if (_key is not null) request.Headers.Authorization = _key;
        if (call.IfMatch is { } match) request.Headers.TryAddWithoutValidation("If-Match", match);
        if (call.IfNoneMatch is { } none) request.Headers.TryAddWithoutValidation("If-None-Match", none);
        return request;
    }
}
