using System.Net;
using Microsoft.Extensions.Logging;

namespace Headgate.Client.Calls;

/// <summary>
/// Takes calls to the service: to the first endpoint that is not away, to the next where nothing was sent, again where that is safe, within one time-out.
/// Thread-safe.
/// </summary>
internal sealed class ServiceCalls(HttpClient http, ClientSettings settings, ILogger logger)
{
    private static readonly Answer NobodyThere = new() { Failure = "it has not answered lately, and is left alone until it does" };

    private readonly Endpoint[] _endpoints = [.. settings.Endpoints.Select(address => new Endpoint(address, settings))];
    private readonly HttpExchange _exchange = new(http, settings);

    /// <summary>Never throws but for the caller's own cancellation.</summary>
    public async Task<Answer> SendAsync(Call call, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        long began = settings.Clock.GetTimestamp();
        Answer answer;
        using (CancellationTokenSource patience = new(call.Timeout, settings.Clock))
        using (CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token))
        {
            answer = await RepeatAsync(call, began, either.Token, ct).ConfigureAwait(false);
        }

        ClientTelemetry.RecordCall(call.Operation, answer, settings.Clock.GetElapsedTime(began));
        return answer;
    }

    /// <summary>What was answered made no sense: that counts like no answer.</summary>
    public void Distrust(Answer answer)
    {
        if (answer.From is { } endpoint) Fail(endpoint, "its answer could not be read");
    }

    private async Task<Answer> RepeatAsync(Call call, long began, CancellationToken either, CancellationToken ct)
    {
        bool uncertain = false;
        Answer answer = NobodyThere;
        for (int repetition = 0; ; repetition++)
        {
            bool asked = false;
            foreach (Endpoint endpoint in _endpoints)
            {
                if (!IsThere(endpoint)) continue;
                asked = true;
                answer = await _exchange.TryAsync(call, endpoint, either, ct).ConfigureAwait(false);
                uncertain |= answer.IsUncertain;
                Note(endpoint, answer);
                // A second endpoint may be asked the same only if the first surely did nothing, or doing it twice does no harm.
                if (answer.IsAnswered || (answer.IsUncertain && !call.IsRepeatable)) break;
                if (either.IsCancellationRequested) break;
            }

            if (!asked) break;
            TimeSpan left = call.Timeout - settings.Clock.GetElapsedTime(began);
            if (repetition >= settings.MaxRetries || WaitBeforeNext(call, answer, repetition) is not { } wait || wait >= left || either.IsCancellationRequested) break;
            try
            {
                await Task.Delay(wait, settings.Clock, either).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                ct.ThrowIfCancellationRequested();
                break;
            }

            ClientTelemetry.RecordRetry(call.Operation);
        }

        return answer.IsUncertain == uncertain ? answer : answer with { IsUncertain = uncertain };
    }

    /// <summary>How long to wait before the call may be repeated; null if it may not be, or need not.</summary>
    private TimeSpan? WaitBeforeNext(Call call, Answer answer, int repetition)
    {
        if (answer.IsAnswered)
        {
            bool wasNotDone = answer.Status == HttpStatusCode.ServiceUnavailable && Wire.Reading.IsTurnedAway(answer);
            return settings.RetryRejected && wasNotDone ? answer.RetryAfter : null;
        }

        return answer.IsUncertain && !call.IsRepeatable ? null : Jitter(repetition);
    }

    /// <summary>A random part of the delay of this repetition: callers that failed together do not come back together.</summary>
    private TimeSpan Jitter(int repetition)
    {
#pragma warning disable CA5394 // Nothing secret hangs on when a call is repeated.
        return settings.RetryDelay * (1L << repetition) * Random.Shared.NextDouble();
#pragma warning restore CA5394
    }

    private bool IsThere(Endpoint endpoint)
    {
        if (!endpoint.IsAway) return true;
        // Nobody waits for a probe: it ends by itself, and reports.
        if (endpoint.TryTakeProbe()) _ = ProbeAsync(endpoint);
        return false;
    }

    private async Task ProbeAsync(Endpoint endpoint)
    {
        bool answered = await _exchange.ProbeAsync(endpoint).ConfigureAwait(false);
        endpoint.Probed(answered);
        if (answered) ClientLog.EndpointBack(logger, endpoint.Address.Authority);
    }

    private void Note(Endpoint endpoint, Answer answer)
    {
        if (!answer.IsAnswered) Fail(endpoint, answer.Failure!);
        else if (endpoint.Succeeded()) ClientLog.EndpointBack(logger, endpoint.Address.Authority);
    }

    private void Fail(Endpoint endpoint, string why)
    {
        if (!endpoint.Failed()) return;
        ClientTelemetry.RecordBreak();
        ClientLog.EndpointAway(logger, endpoint.Address.Authority, why);
    }
}
