using System.Net;
using System.Text.Json;
using Headgate.Client.Calls;
using Headgate.Client.Configuration;
using Headgate.Client.Denials;
using Headgate.Client.Fallback;
using Headgate.Client.Wire;

namespace Headgate.Client;

/// <summary>Reads and changes the configuration of the service: <see cref="HeadgateClient.Configuration"/>. Thread-safe.</summary>
/// <remarks>
/// Reads are repeated, changes only where a condition keeps a second one from doing anything; a change that was made, unheard, and is found made when it is repeated
/// is <see cref="ChangeOutcome.Made"/>. A service that does not answer is a <see cref="ServiceUnavailableException"/>, a refusal a <see cref="HeadgateClientException"/>.
/// </remarks>
public sealed class ConfigurationClient
{
    private const int MaxAnswer = 64 * 1024 * 1024;

    private readonly ServiceCalls _calls;
    private readonly ClientSettings _settings;
    private readonly DenyCache _denials;
    private readonly KnownLimits _known;

    internal ConfigurationClient(ServiceCalls calls, ClientSettings settings, DenyCache denials, KnownLimits known) =>
        (_calls, _settings, _denials, _known) = (calls, settings, denials, known);

    /// <summary>The tenant's limit of an action; null if it has none of its own.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public Task<Versioned<ActionLimit>?> GetLimitAsync(string tenant, string action, CancellationToken ct = default) => ReadLimitAsync(tenant, null, action, ct);

    /// <summary>A client's own limit of an action; null if it has none.</summary>
    /// <inheritdoc cref="GetLimitAsync(string, string, CancellationToken)"/>
    public Task<Versioned<ActionLimit>?> GetLimitAsync(string tenant, string client, string action, CancellationToken ct = default)
    {
        Ids.CheckClient(client);
        return ReadLimitAsync(tenant, client, action, ct);
    }

    /// <summary>Sets the tenant's limit of an action. What was consumed stays consumed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="action">The action.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="condition">When to.</param>
    /// <param name="ct">Cancels the wait. It may have been set all the same.</param>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call: a number is out of bounds, for one.</exception>
    public Task<ChangeResult> SetLimitAsync(string tenant, string action, ActionLimit limit, ChangeCondition condition = default, CancellationToken ct = default) =>
        WriteLimitAsync(tenant, null, action, limit, condition, ct);

    /// <summary>Sets a client's own limit of an action. What was consumed stays consumed.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="client">The client.</param>
    /// <param name="action">The action.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="condition">When to.</param>
    /// <param name="ct">Cancels the wait. It may have been set all the same.</param>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call: a number is out of bounds, for one.</exception>
    public Task<ChangeResult> SetLimitAsync(string tenant, string client, string action, ActionLimit limit, ChangeCondition condition = default, CancellationToken ct = default)
    {
        Ids.CheckClient(client);
        return WriteLimitAsync(tenant, client, action, limit, condition, ct);
    }

    /// <summary>Removes the tenant's limit of an action: what holds then is the check's own, else the global default.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public Task<ChangeResult> RemoveLimitAsync(string tenant, string action, ChangeCondition condition = default, CancellationToken ct = default) =>
        DeleteLimitAsync(tenant, null, action, condition, ct);

    /// <summary>Removes a client's own limit of an action: the tenant's holds then.</summary>
    /// <inheritdoc cref="RemoveLimitAsync(string, string, ChangeCondition, CancellationToken)"/>
    public Task<ChangeResult> RemoveLimitAsync(string tenant, string client, string action, ChangeCondition condition = default, CancellationToken ct = default)
    {
        Ids.CheckClient(client);
        return DeleteLimitAsync(tenant, client, action, condition, ct);
    }

    /// <summary>All that is configured of a tenant, with a page of its clients; null if nothing is.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="after">The client after which the page begins (<see cref="TenantConfiguration.NextClient"/>); null for the first.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<Versioned<TenantConfiguration>?> GetTenantAsync(string tenant, string? after = null, CancellationToken ct = default)
    {
        Ids.CheckTenant(tenant);
        string path = SettingsJson.Tenant(tenant) + (after is null ? "" : "?after=" + Uri.EscapeDataString(after));
        Answer answer = await ReadAsync(path, ct).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound) return null;
        return new(SettingsJson.Read(Understood(answer, ServiceJson.Default.TenantBody)), TagOf(answer));
    }

    /// <summary>Sets a tenant's settings as a whole; its limits stay.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call: a number is out of bounds, for one.</exception>
    public async Task<ChangeResult> SetTenantAsync(string tenant, TenantSettings settings, ChangeCondition condition = default, CancellationToken ct = default)
    {
        Ids.CheckTenant(tenant);
        ArgumentNullException.ThrowIfNull(settings);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(SettingsJson.Write(settings), ServiceJson.Default.TenantSettingsBody);
        return await ChangeAsync(HttpMethod.Put, SettingsJson.Tenant(tenant), body, condition,
            async () => await GetTenantAsync(tenant, null, ct).ConfigureAwait(false) is { } now && now.Value.Settings == settings ? now.ETag : null, ct).ConfigureAwait(false);
    }

    /// <summary>Removes everything that is configured of a tenant.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public Task<ChangeResult> RemoveTenantAsync(string tenant, ChangeCondition condition = default, CancellationToken ct = default)
    {
        Ids.CheckTenant(tenant);
        return ChangeAsync(HttpMethod.Delete, SettingsJson.Tenant(tenant), null, condition, null, ct);
    }

    /// <summary>What holds for all tenants.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<Versioned<GlobalSettings>> GetGlobalAsync(CancellationToken ct = default)
    {
        Answer answer = await ReadAsync(SettingsJson.Global, ct).ConfigureAwait(false);
        return new(SettingsJson.Read(Understood(answer, ServiceJson.Default.GlobalBody)), TagOf(answer));
    }

    /// <summary>Changes what holds for all tenants; what is null stays.</summary>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call: a number is out of bounds, for one.</exception>
    public Task<ChangeResult> SetGlobalAsync(GlobalSettings settings, ChangeCondition condition = default, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(SettingsJson.Write(settings), ServiceJson.Default.GlobalBody);
        return ChangeAsync(HttpMethod.Put, SettingsJson.Global, body, condition, async () =>
        {
            Versioned<GlobalSettings> now = await GetGlobalAsync(ct).ConfigureAwait(false);
            return SettingsJson.Holds(settings, now.Value) ? now.ETag : null;
        }, ct);
    }

    /// <summary>A page of everything that is configured, as the service writes it: JSON. Keys are not in it.</summary>
    /// <param name="afterTenant">The <c>next_tenant</c> of the page before; null for the first page.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ServiceUnavailableException">The service did not answer.</exception>
    /// <exception cref="HeadgateClientException">The service refused the call.</exception>
    public async Task<Versioned<string>> GetAllAsync(string? afterTenant = null, CancellationToken ct = default)
    {
        Answer answer = await ReadAsync("/api/config" + (afterTenant is null ? "" : "?after=" + Uri.EscapeDataString(afterTenant)), ct).ConfigureAwait(false);
        if (!answer.IsSuccess) throw Reading.Refusal(answer);
        return new(System.Text.Encoding.UTF8.GetString(answer.Body), TagOf(answer));
    }

    private async Task<Versioned<ActionLimit>?> ReadLimitAsync(string tenant, string? client, string action, CancellationToken ct)
    {
        Answer answer = await ReadAsync(SettingsJson.Rule(tenant, client, action), ct).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound)
        {
            _known.Learn(tenant, client, action, null);
            return null;
        }

        ActionLimit limit = SettingsJson.Read(Understood(answer, ServiceJson.Default.RuleBody)) ?? throw NotUnderstood(answer);
        _known.Learn(tenant, client, action, limit.ToLimit());
        return new(limit, TagOf(answer));
    }

    private async Task<ChangeResult> WriteLimitAsync(string tenant, string? client, string action, ActionLimit limit, ChangeCondition condition, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(limit);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(SettingsJson.Write(limit), ServiceJson.Default.RuleBody);
        ChangeResult result = await ChangeAsync(HttpMethod.Put, SettingsJson.Rule(tenant, client, action), body, condition,
            async () => await ReadLimitAsync(tenant, client, action, ct).ConfigureAwait(false) is { } now && now.Value == limit ? now.ETag : null, ct).ConfigureAwait(false);
        if (result.IsMade) _known.Learn(tenant, client, action, limit.ToLimit());
        return result;
    }

    private async Task<ChangeResult> DeleteLimitAsync(string tenant, string? client, string action, ChangeCondition condition, CancellationToken ct)
    {
        ChangeResult result = await ChangeAsync(HttpMethod.Delete, SettingsJson.Rule(tenant, client, action), null, condition, null, ct).ConfigureAwait(false);
        if (result.Outcome is ChangeOutcome.Made or ChangeOutcome.NotFound) _known.Learn(tenant, client, action, null);
        return result;
    }

    private async Task<Answer> ReadAsync(string path, CancellationToken ct)
    {
        Answer answer = await _calls.SendAsync(
            new Call("configuration", HttpMethod.Get, path) { IsRepeatable = true, Timeout = _settings.ConfigurationTimeout, MaxAnswer = MaxAnswer }, ct).ConfigureAwait(false);
        return Answered(answer);
    }

    /// <param name="method">PUT or DELETE.</param>
    /// <param name="path">What to change.</param>
    /// <param name="body">What to, for a PUT.</param>
    /// <param name="condition">When to.</param>
    /// <param name="whatIsThere">The ETag if what is there now is what the change makes; null if it is not. Null for a removal, after which nothing is.</param>
    /// <param name="ct">The caller's.</param>
    private async Task<ChangeResult> ChangeAsync(HttpMethod method, string path, byte[]? body, ChangeCondition condition, Func<Task<string?>>? whatIsThere, CancellationToken ct)
    {
        Answer answer = Answered(await _calls.SendAsync(new Call("configuration", method, path)
        {
            Body = body,
            IsRepeatable = condition.IsRepeatable,
            IfMatch = condition.IfMatch,
            IfNoneMatch = condition.IfNoneMatch,
            Timeout = _settings.ConfigurationTimeout,
        }, ct).ConfigureAwait(false));
        if (answer.IsSuccess)
        {
            // A limit may be higher now: no denial from before it holds for certain.
            _denials.Clear();
            return new ChangeResult(ChangeOutcome.Made, answer.ETag);
        }

        // The attempt before this one may have made it: then what is there is what was asked for.
        if (answer.Status == HttpStatusCode.NotFound && whatIsThere is null) return new ChangeResult(answer.IsUncertain ? ChangeOutcome.Made : ChangeOutcome.NotFound);
        if (answer.Status != HttpStatusCode.PreconditionFailed) throw Reading.Refusal(answer);
        if (answer.IsUncertain && whatIsThere is not null && await whatIsThere().ConfigureAwait(false) is { } etag) return new ChangeResult(ChangeOutcome.Made, etag);
        return new ChangeResult(ChangeOutcome.Conflict, null, Reading.Json(answer, ServiceJson.Default.CheckAnswer)?.Detail);
    }

    private static Answer Answered(Answer answer)
    {
        if (answer.IsAnswered && answer.Status != HttpStatusCode.ServiceUnavailable && answer.Status != HttpStatusCode.TooManyRequests) return answer;
        string why = answer.IsAnswered ? Reading.Refusal(answer).Message : $"The service did not answer: {answer.Failure}.";
        throw new ServiceUnavailableException(why, answer.Error) { IsUncertain = answer.IsUncertain };
    }

    private T Understood<T>(Answer answer, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        if (!answer.IsSuccess) throw Reading.Refusal(answer);
        return Reading.Json(answer, type) ?? throw NotUnderstood(answer);
    }

    private ServiceUnavailableException NotUnderstood(Answer answer)
    {
        _calls.Distrust(answer);
        return new ServiceUnavailableException("The service's answer could not be read. Look whether the address is that of the service, and whether its version is newer than this client's.");
    }

    private static string TagOf(Answer answer) => answer.ETag ?? "";
}
