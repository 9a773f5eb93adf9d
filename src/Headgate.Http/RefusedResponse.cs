using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Headgate.Http;

/// <summary>
/// The answer to a request that was not sent: 429 as a server would have given it, so that code which knows 429 needs to know nothing more. It is
/// told from a server's by its type (<see cref="HeadgateRefusal.Of"/>) and by its reason phrase.
/// </summary>
internal sealed class RefusedResponse : HttpResponseMessage
{
    private const string Phrase = "Rate Limited Locally";
    private const string ProblemType = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    public RefusedResponse(HttpRequestMessage request, HeadgateRefusal refusal)
        : base(HttpStatusCode.TooManyRequests)
    {
        Refusal = refusal;
        RequestMessage = request;
        ReasonPhrase = Phrase;
        Version = request.Version;
        if (refusal.RetryAfter >= TimeSpan.Zero) Headers.RetryAfter = new RetryConditionHeaderValue(WholeSeconds(refusal.RetryAfter));
        Content = new ByteArrayContent(Problem(refusal));
        Content.Headers.ContentType = new MediaTypeHeaderValue("application/problem+json");
    }

    public HeadgateRefusal Refusal { get; }

    /// <summary>Rounded up, so that who comes back then is not early.</summary>
    private static TimeSpan WholeSeconds(TimeSpan time) =>
        TimeSpan.FromSeconds(Math.Min(int.MaxValue, (time.Ticks / TimeSpan.TicksPerSecond) + (time.Ticks % TimeSpan.TicksPerSecond > 0 ? 1 : 0)));

    private static byte[] Problem(HeadgateRefusal refusal)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("type", ProblemType);
            json.WriteString("title", Phrase);
            json.WriteNumber("status", (int)HttpStatusCode.TooManyRequests);
            json.WriteString("detail", refusal.ToText());
            if (refusal.Decision.DecidedBy is { } limit)
            {
                json.WriteStartArray("violated-policies");
                json.WriteStringValue(limit);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
