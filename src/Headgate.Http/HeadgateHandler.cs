using System.Net;
using Headgate.Http.Admission;
using Headgate.Http.Holding;
using Microsoft.Extensions.Logging;

namespace Headgate.Http;

/// <summary>
/// Keeps the requests of an <see cref="HttpClient"/> to a limit: each waits for its turn or is refused, as <see cref="HeadgateHandlerOptions"/> say, and
/// what the answers say about their own limit is heeded. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A request that is refused is not sent; it ends with an answer 429 made here (<see cref="HeadgateRefusal.Of"/> tells it from a server's) or,
/// if so asked, with a <see cref="RateLimitedException"/>. Nothing is ever sent twice: retries belong to a handler around this one, so that
/// each of them takes its permits.</para>
/// <para>What a request took is given back if it is cancelled before it is sent, and not if it fails: the other side may have counted it. A place of a concurrency
/// limit is held until the answer's body has been read to its end or disposed.</para>
/// <para>What was learned and who waits belongs to the handler if it is made by this constructor: use one for as long as the client lives. With
/// <c>AddHeadgate</c> on an <c>IHttpClientBuilder</c> it outlives the handlers, which the factory replaces every two minutes.</para>
/// </remarks>
public sealed class HeadgateHandler : DelegatingHandler
{
    private readonly OutgoingGate _gate;

    /// <summary>A handler with state of its own. Set <see cref="DelegatingHandler.InnerHandler"/> to what sends.</summary>
    /// <param name="limiter">The limit and its store.</param>
    /// <param name="options">Settings; the defaults if null. Read once.</param>
    /// <param name="logger">Told of refusals and of what was learned, at Debug and without keys; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its domain.</exception>
    public HeadgateHandler(Limiter limiter, HeadgateHandlerOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(limiter);
        options ??= new HeadgateHandlerOptions();
        _gate = new OutgoingGate(options.Name ?? limiter.Name ?? "", limiter, new HandlerSettings(options), options.TimeProvider ?? TimeProvider.System, logger);
    }

    internal HeadgateHandler(OutgoingGate gate) => _gate = gate;

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string key = _gate.KeyOf(request);
        long cost = _gate.CostOf(request);
        if (!_gate.TryAsk(key, cost, cancellationToken, out ValueTask<Decision> asked))
            return SendInTurnAsync(_gate.EnterAsync(key, cost, cancellationToken), request, key, cancellationToken);
        if (asked.IsCompletedSuccessfully)
        {
            Decision decision = asked.Result;
            if (decision.IsAllowed && decision.Delay == TimeSpan.Zero) return SendNow(request, key, cancellationToken);
            asked = new ValueTask<Decision>(decision);
        }

        return SendInTurnAsync(_gate.EnterAsync(asked, key, cost, cancellationToken), request, key, cancellationToken);
    }

    /// <summary>As <see cref="SendAsync"/>, for limits that are decided at once and hold nothing. It never waits: it would block a thread.</summary>
    /// <exception cref="NotSupportedException">The store does not answer at once, or the limit makes requests wait or holds places.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string key = _gate.KeyOf(request);
        TimeSpan left = _gate.LearnedLeft(key);
        if (left > TimeSpan.Zero) return Refuse(request, new Entry(default, LearnedLeft: left));
        if (!_gate.TryTake(key, _gate.CostOf(request), out Decision decision))
        {
            throw new NotSupportedException(
                "HttpClient.Send needs a limit in memory that neither holds places nor spaces requests out: anything else would block a thread. Use SendAsync.");
        }

        if (!decision.IsAllowed) return Refuse(request, new Entry(decision));
        HttpTelemetry.Record(_gate.Client, HttpTelemetry.Sent);
        HttpResponseMessage response = base.Send(request, cancellationToken);
        if (_gate.Settings.Learn) _gate.Learn(key, response);
        return response;
    }

    /// <summary>On the way of a request that is admitted at once no task and no state machine is made; an answer that is there at once is looked at at once.</summary>
    private Task<HttpResponseMessage> SendNow(HttpRequestMessage request, string key, CancellationToken ct)
    {
        HttpTelemetry.Record(_gate.Client, HttpTelemetry.Sent);
        Task<HttpResponseMessage> sent = base.SendAsync(request, ct);
        if (!_gate.Settings.Learn) return sent;
        if (!sent.IsCompleted) return LearnFromAsync(sent, key);
        // Not awaited because it is there.
        if (sent.IsCompletedSuccessfully) _gate.Learn(key, new ValueTask<HttpResponseMessage>(sent).Result);
        return sent;
    }

    private async Task<HttpResponseMessage> LearnFromAsync(Task<HttpResponseMessage> sent, string key)
    {
        HttpResponseMessage response = await sent.ConfigureAwait(false);
        _gate.Learn(key, response);
        return response;
    }

    private async Task<HttpResponseMessage> SendInTurnAsync(ValueTask<Entry> entering, HttpRequestMessage request, string key, CancellationToken ct)
    {
        Entry entry = await entering.ConfigureAwait(false);
        if (!entry.IsAllowed) return Refuse(request, entry);
        HttpTelemetry.Record(_gate.Client, entry.HasWaited ? HttpTelemetry.Waited : HttpTelemetry.Sent);
        if (entry.Lease is not { } lease)
        {
            HttpResponseMessage answer = await base.SendAsync(request, ct).ConfigureAwait(false);
            if (_gate.Settings.Learn) _gate.Learn(key, answer);
            return answer;
        }

        LeaseEnd end = new(lease);
        try
        {
            HttpResponseMessage response = await base.SendAsync(request, ct).ConfigureAwait(false);
            if (_gate.Settings.Learn) _gate.Learn(key, response);
            if (HasNoBody(request, response)) end.Release();
            else response.Content = new LeasedContent(response.Content, end);
            return response;
        }
        catch
        {
            end.Release();
            throw;
        }
    }

    private RefusedResponse Refuse(HttpRequestMessage request, Entry entry)
    {
        bool isLearned = entry.LearnedLeft > TimeSpan.Zero;
        HeadgateRefusal refusal = new(entry.Decision, isLearned ? entry.LearnedLeft : entry.Decision.RetryAfter, isLearned);
        HttpTelemetry.Record(_gate.Client, isLearned ? HttpTelemetry.LearnedBlock : HttpTelemetry.Refused);
        if (isLearned) HttpLog.RequestHeldBack(_gate.Logger, _gate.Client, refusal.RetryAfter.TotalSeconds);
        else HttpLog.RequestRefused(_gate.Logger, _gate.Client, entry.Decision.DecidedBy, refusal.RetryAfter.TotalSeconds);
        return _gate.Settings.ThrowWhenRefused ? throw new RateLimitedException(refusal) : new RefusedResponse(request, refusal);
    }

    /// <summary>Nobody needs to read what is not there, so nothing would end the lease.</summary>
    private static bool HasNoBody(HttpRequestMessage request, HttpResponseMessage response) =>
        request.Method == HttpMethod.Head
        || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || response.Content.Headers.ContentLength == 0;
}
