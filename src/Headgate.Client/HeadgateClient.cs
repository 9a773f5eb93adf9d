using System.Text.Json;
using Headgate.Client.Calls;
using Headgate.Client.Denials;
using Headgate.Client.Fallback;
using Headgate.Client.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Client;

/// <summary>Asks a decision service (<c>headgate serve</c>) what may be done now. Thread-safe; make one and keep it.</summary>
/// <remarks>
/// <para>A check always has an answer: a service that does not answer within <see cref="HeadgateClientOptions.Timeout"/> is met with
/// <see cref="HeadgateClientOptions.FailureMode"/>, and <see cref="CheckResult.Source"/> says so. What throws is a wrong argument
/// (<see cref="ArgumentException"/>), a refusal (<see cref="HeadgateClientException"/>: a wrong key, for one) and the caller's own cancellation.</para>
/// <para>No check is charged twice: one that takes something is sent again only if nothing of it was sent before. One that the service may have decided
/// without our hearing of it is left at that, and may so have been charged once for nothing. Put no handler that retries on its HTTP client; a body that would
/// be sent again refuses to be.</para>
/// </remarks>
public sealed class HeadgateClient : IDisposable
{
    /// <summary>The most checks in a batch.</summary>
    public const int MaxBatch = 1_000;

    /// <summary>The most actions in a check of several.</summary>
    public const int MaxActions = 64;

    private const int MaxBatchAnswer = 8 * 1024 * 1024;

    private readonly ClientSettings _settings;
    private readonly ServiceCalls _calls;
    private readonly DenyCache _denials;
    private readonly Standby _standby;

    /// <summary>A client on an HTTP client of your own.</summary>
    /// <param name="http">
    /// Sends the calls; kept, and not disposed here. Its handler must not retry, and should not follow redirects. Its <see cref="HttpClient.Timeout"/> should be
    /// longer than those of the options.
    /// </param>
    /// <param name="options">Settings.</param>
    /// <param name="logger">Told when an endpoint is left alone and when it is back; null for none.</param>
    /// <exception cref="ArgumentException">An option is outside its domain, or a key would be sent in clear.</exception>
    public HeadgateClient(HttpClient http, HeadgateClientOptions options, ILogger<HeadgateClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _settings = new ClientSettings(options, http.BaseAddress);
        _calls = new ServiceCalls(http, _settings, logger ?? (ILogger)NullLogger.Instance);
        _denials = new DenyCache(_settings.DenyCacheSize, _settings.DenyCacheMaxAge, _settings.Clock);
        _standby = new Standby(_settings);
        Configuration = new ConfigurationClient(_calls, _settings, _denials, _standby.Known);
    }

    /// <summary>Reads and changes the configuration.</summary>
    public ConfigurationClient Configuration { get; }

    /// <summary>Takes what an action costs if it can be had now.</summary>
    /// <param name="tenant">tenant_id: 1 to 128 UTF-16 characters.</param>
    /// <param name="client">client_id: 1 to 256 characters.</param>
    /// <param name="action">action_type: 1 to 128 characters.</param>
    /// <param name="cost">Permits, 0 or more; 0 takes none. More than the limit's is denied as impossible.</param>
    /// <param name="ct">Cancels the wait. What the check costs may have been taken all the same.</param>
    /// <exception cref="ArgumentException">An id or the cost is outside its domain.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public Task<CheckResult> CheckAsync(string tenant, string client, string action, long cost = 1, CancellationToken ct = default) =>
        CheckAsync(new CheckRequest(tenant, client, action, cost), ct);

    /// <summary>Takes what an action costs if it can be had now.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="ct">Cancels the wait. What the check costs may have been taken all the same.</param>
    /// <exception cref="ArgumentException">An id or a number is outside its domain.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<CheckResult> CheckAsync(CheckRequest request, CancellationToken ct = default)
    {
        Ids.Check(request);
        ct.ThrowIfCancellationRequested();
        if (_denials.Find(request) is { } denied) return Counted(denied);
        Answer answer = await _calls.SendAsync(new Call("check", HttpMethod.Post, "/api/check_and_consume")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(CheckBody.Of(request), ServiceJson.Default.CheckBody),
            IsRepeatable = request.Cost == 0,
            Timeout = _settings.Timeout,
        }, ct).ConfigureAwait(false);
        if (Read(answer) is not { } result) return Counted(await _standby.DecideAsync(new[] { request }, peek: false).ConfigureAwait(false));
        _denials.Learn(request, result, answer.SentAt);
        return Counted(result);
    }

    /// <summary>Takes what each of several checks costs, one after the other and each for itself, in one call.</summary>
    /// <param name="requests">0 to 1,000 checks, of any tenants.</param>
    /// <param name="ct">Cancels the wait. What the checks cost may have been taken all the same.</param>
    /// <returns>As many results, in the same order.</returns>
    /// <exception cref="ArgumentException">There are too many, or an id or a number is outside its domain; nothing was sent.</exception>
    /// <exception cref="HeadgateClientException">The service refused the whole batch.</exception>
    public async Task<IReadOnlyList<BatchResult>> CheckAsync(IReadOnlyList<CheckRequest> requests, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        if (requests.Count > MaxBatch) throw new ArgumentException($"The batch has {requests.Count} checks; it must have at most {MaxBatch}. Send several batches.", nameof(requests));
        foreach (CheckRequest request in requests) Ids.Check(request);
        ct.ThrowIfCancellationRequested();
        BatchResult[] results = new BatchResult[requests.Count];
        List<int> asked = [];
        for (int i = 0; i < results.Length; i++)
        {
            if (_denials.Find(requests[i]) is { } denied) results[i] = new BatchResult { Result = Counted(denied) };
            else asked.Add(i);
        }

        if (asked.Count > 0) await AskAsync(requests, asked, results, ct).ConfigureAwait(false);
        return results;
    }

    /// <summary>Takes what several actions of one client cost, all or none.</summary>
    /// <param name="tenant">tenant_id: 1 to 128 UTF-16 characters.</param>
    /// <param name="client">client_id: 1 to 256 characters.</param>
    /// <param name="actions">1 to 64 actions.</param>
    /// <param name="ct">Cancels the wait. What they cost may have been taken all the same.</param>
    /// <returns>One decision: of those that denied the longest wait, else the least that is left.</returns>
    /// <exception cref="ArgumentException">There is none or too many, or an id or a number is outside its domain.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<CheckResult> CheckAllAsync(string tenant, string client, IReadOnlyList<ActionCost> actions, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(actions);
        if (actions.Count is 0 or > MaxActions) throw new ArgumentException($"There are {actions.Count} actions; there must be 1 to {MaxActions}.", nameof(actions));
        CheckRequest[] requests = [.. actions.Select(one => new CheckRequest(tenant, client, one.Action, one.Cost) { MaxRequests = one.MaxRequests, Window = one.Window })];
        foreach (CheckRequest request in requests) Ids.Check(request);
        Answer answer = await _calls.SendAsync(new Call("all", HttpMethod.Post, "/api/check_and_consume/all")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(new AllBody(tenant, client, [.. actions.Select(one => CheckBody.Of(one))]), ServiceJson.Default.AllBody),
            IsRepeatable = actions.All(one => one.Cost == 0),
            Timeout = _settings.Timeout,
        }, ct).ConfigureAwait(false);
        return Counted(Read(answer) ?? await _standby.DecideAsync(requests, peek: false).ConfigureAwait(false));
    }

    /// <summary>What a check would find now. Takes nothing.</summary>
    /// <param name="tenant">tenant_id: 1 to 128 UTF-16 characters.</param>
    /// <param name="client">client_id: 1 to 256 characters.</param>
    /// <param name="action">action_type: 1 to 128 characters.</param>
    /// <param name="maxRequests">As <see cref="CheckRequest.MaxRequests"/>.</param>
    /// <param name="window">As <see cref="CheckRequest.Window"/>.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArgumentException">An id or a number is outside its domain.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<CheckResult> GetStatusAsync(string tenant, string client, string action, long? maxRequests = null, TimeSpan? window = null, CancellationToken ct = default)
    {
        CheckRequest request = new(tenant, client, action) { MaxRequests = maxRequests, Window = window };
        Ids.Check(request);
        string query = string.Join('&', (string?[])[
            maxRequests is null ? null : FormattableString.Invariant($"max_requests={maxRequests}"),
            window is null ? null : FormattableString.Invariant($"window_duration_seconds={Seconds.Of(window)}")]);
        query = query.Trim('&');
        Answer answer = await _calls.SendAsync(
            new Call("status", HttpMethod.Get, $"/api/status/{Ids.Segment(tenant)}/{Ids.Segment(client)}/{Ids.Segment(action)}{(query.Length == 0 ? "" : "?")}{query}")
            {
                IsRepeatable = true,
                Timeout = _settings.Timeout,
            }, ct).ConfigureAwait(false);
        return Read(answer) ?? await _standby.DecideAsync(new[] { request }, peek: true).ConfigureAwait(false);
    }

    /// <summary>Gives back the permits of a concurrency limit. Counts once, however often it is asked.</summary>
    /// <param name="tenant">tenant_id of the check.</param>
    /// <param name="client">client_id of the check.</param>
    /// <param name="action">action_type of the check.</param>
    /// <param name="leaseId">Its <see cref="CheckResult.LeaseId"/>.</param>
    /// <param name="ct">Cancels the wait. They may have been given back all the same.</param>
    /// <exception cref="ArgumentException">An id is outside its domain.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public Task<LeaseResult> ReleaseAsync(string tenant, string client, string action, string leaseId, CancellationToken ct = default) =>
        LeaseAsync("release", tenant, client, action, leaseId, ct);

    /// <summary>Lets the permits of a concurrency limit be held for a whole lease time from now.</summary>
    /// <inheritdoc cref="ReleaseAsync"/>
    public Task<LeaseResult> RenewAsync(string tenant, string client, string action, string leaseId, CancellationToken ct = default) =>
        LeaseAsync("renew", tenant, client, action, leaseId, ct);

    /// <summary>How the service is: of the first endpoint that answers. Never throws but for cancellation.</summary>
    public async Task<ServiceHealth> GetHealthAsync(CancellationToken ct = default)
    {
        Answer answer = await _calls.SendAsync(new Call("health", HttpMethod.Get, "/health/ready") { IsRepeatable = true, Timeout = _settings.ConfigurationTimeout }, ct)
            .ConfigureAwait(false);
        return new ServiceHealth(answer.IsSuccess, answer.Status, System.Text.Encoding.UTF8.GetString(answer.Body));
    }

    /// <summary>Frees what the failure mode counted in this process. The HTTP client stays.</summary>
    public void Dispose() => _standby.Dispose();

    private async Task AskAsync(IReadOnlyList<CheckRequest> requests, List<int> asked, BatchResult[] results, CancellationToken ct)
    {
        Answer answer = await _calls.SendAsync(new Call("batch", HttpMethod.Post, "/api/check_and_consume/batch")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(new BatchBody([.. asked.Select(i => CheckBody.Of(requests[i]))]), ServiceJson.Default.BatchBody),
            IsRepeatable = asked.TrueForAll(i => requests[i].Cost == 0),
            Timeout = _settings.Timeout,
            MaxAnswer = MaxBatchAnswer,
        }, ct).ConfigureAwait(false);
        BatchResult[]? read = answer.IsAnswered ? Reading.Batch(answer, asked.Count) : null;
        if (answer.IsAnswered && read is null) _calls.Distrust(answer);
        for (int n = 0; n < asked.Count; n++)
        {
            CheckRequest request = requests[asked[n]];
            BatchResult result = read?[n] ?? new BatchResult { Result = await _standby.DecideAsync(new[] { request }, peek: false).ConfigureAwait(false) };
            if (read is not null && result.Refusal is null) _denials.Learn(request, result.Result, answer.SentAt);
            if (result.Refusal is null) Counted(result.Result);
            results[asked[n]] = result;
        }
    }

    private async Task<LeaseResult> LeaseAsync(string operation, string tenant, string client, string action, string leaseId, CancellationToken ct)
    {
        Ids.Check(new CheckRequest(tenant, client, action));
        ArgumentException.ThrowIfNullOrEmpty(leaseId);
        Answer answer = await _calls.SendAsync(new Call(operation, HttpMethod.Post, $"/api/{operation}")
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(new LeaseBody(tenant, client, action, leaseId), ServiceJson.Default.LeaseBody),
            IsRepeatable = true,
            Timeout = _settings.Timeout,
        }, ct).ConfigureAwait(false);
        if (!answer.IsAnswered || (int)answer.Status >= 500) return LeaseResult.Unavailable;
        if (!answer.IsSuccess) throw Reading.Refusal(answer);
        // What it frees may be what others are denied for.
        _denials.Clear();
        if (Reading.Json(answer, ServiceJson.Default.LeaseAnswer) is not { } read || (read.Released ?? read.Renewed) is not { } done)
        {
            _calls.Distrust(answer);
            return LeaseResult.Unavailable;
        }

        // The first of two releases may have been ours, unheard.
        return done || (operation == "release" && answer.IsUncertain) ? LeaseResult.Done : LeaseResult.NotHeld;
    }

    /// <summary>What the service decided; null if it did not answer, or not so that it can be understood.</summary>
    private CheckResult? Read(Answer answer)
    {
        if (!answer.IsAnswered) return null;
        CheckResult? result = Reading.Check(answer);
        if (result is null) _calls.Distrust(answer);
        return result;
    }

    private static CheckResult Counted(CheckResult result)
    {
        ClientTelemetry.RecordCheck(result);
        return result;
    }
}
