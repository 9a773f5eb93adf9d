using System.Net;

namespace Headgate.Http.Tests;

/// <summary>The other side without a network: keeps what it is sent, and answers as told.</summary>
internal sealed class FarSide : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<HttpRequestMessage> _received = [];

    /// <summary>The answer; an empty 200 unless told otherwise.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage> Answer { get; set; } = _ => new HttpResponseMessage(HttpStatusCode.OK);

    /// <summary>What happens before the answer; nothing unless told otherwise.</summary>
    public Func<CancellationToken, Task>? Before { get; set; }

    public int Count
    {
        get
        {
            lock (_gate) return _received.Count;
        }
    }

    /// <summary>The paths of what was received, in order.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_gate) return [.. _received.Select(r => r.RequestUri!.AbsolutePath)];
        }
    }

    /// <summary>An answer with header fields: <c>name: value</c>.</summary>
    public static HttpResponseMessage Response(HttpStatusCode status, params string[] fields)
    {
        HttpResponseMessage response = new(status);
        foreach (string field in fields)
        {
            int colon = field.IndexOf(':', StringComparison.Ordinal);
            Assert.True(response.Headers.TryAddWithoutValidation(field[..colon], field[(colon + 1)..].TrimStart(' ')), field);
        }

        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Receive(request);
        return Respond(request);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Receive(request);
        if (Before is { } before) await before(cancellationToken);
        return Respond(request);
    }

    private void Receive(HttpRequestMessage request)
    {
        lock (_gate) _received.Add(request);
    }

    private HttpResponseMessage Respond(HttpRequestMessage request)
    {
        HttpResponseMessage response = Answer(request);
        response.RequestMessage = request;
        return response;
    }
}
