using Headgate.Client.Wire;

namespace Headgate.Client.Configuration;

/// <summary>What is configured, from and to the service's JSON, and where it stands.</summary>
internal static class SettingsJson
{
    public const string Global = "/api/config/global";

    private static readonly string[] Algorithms =
        ["sliding_log", "sliding_window", "fixed_window", "token_bucket", "leaky_bucket", "concurrency", "hybrid", "custom"];

    private static readonly string[] FailureModes = ["open", "closed", "local"];

    public static string Tenant(string tenant) => "/api/config/tenant/" + Ids.Segment(tenant);

    /// <param name="tenant">The tenant.</param>
    /// <param name="client">The client, for its own limit; null for the tenant's.</param>
    /// <param name="action">The action.</param>
    /// <exception cref="ArgumentException">An id is none.</exception>
    public static string Rule(string tenant, string? client, string action)
    {
        Ids.CheckTenant(tenant);
        Ids.CheckAction(action);
        return Tenant(tenant) + (client is null ? "" : "/client/" + Ids.Segment(client)) + "/action/" + Ids.Segment(action);
    }

    public static RuleBody Write(ActionLimit limit) => limit.Algorithm == LimitAlgorithm.Custom
        ? new RuleBody { Algorithm = Algorithms[^1], Limit = limit.Text }
        : new RuleBody { Algorithm = Algorithms[(int)limit.Algorithm], MaxRequests = limit.MaxRequests, WindowDurationSeconds = Seconds.Of(limit.Window), Burst = limit.Burst };

    /// <summary>Null if it is no limit that is known here.</summary>
    public static ActionLimit? Read(RuleBody body) => Read(body.Algorithm, body.MaxRequests, body.WindowDurationSeconds, body.Burst, body.Limit);

    public static TenantSettingsBody Write(TenantSettings settings) => new()
    {
        Weight = settings.Weight,
        MaxQueueSize = settings.MaxQueueSize,
        OnStoreFailure = NameOf(settings.OnStoreFailure),
    };

    /// <summary>Limits of a kind that this version does not know are left out.</summary>
    public static TenantConfiguration Read(TenantBody body) => new()
    {
        Settings = new TenantSettings { Weight = body.Settings?.Weight ?? 1, MaxQueueSize = body.Settings?.MaxQueueSize, OnStoreFailure = ModeOf(body.Settings?.OnStoreFailure) },
        Actions = Read(body.Actions),
        Clients = (body.Clients ?? []).ToDictionary(pair => pair.Key, pair => (IReadOnlyDictionary<string, ActionLimit>)Read(pair.Value), StringComparer.Ordinal),
        NextClient = body.NextClient,
    };

    public static GlobalBody Write(GlobalSettings settings)
    {
        if (settings.DefaultLimit is { Algorithm: LimitAlgorithm.Custom })
            throw new ArgumentException("The default limit is custom; it must be one with numbers.", nameof(settings));
        return new GlobalBody
        {
            MaxGlobalConcurrentRequests = settings.MaxGlobalConcurrentRequests,
            MaxTenantQueueSize = settings.MaxTenantQueueSize,
            MaxQueuedRequests = settings.MaxQueuedRequests,
            QueueTimeoutSeconds = Seconds.Of(settings.QueueTimeout),
            DefaultAlgorithm = settings.DefaultLimit is { } limit ? Algorithms[(int)limit.Algorithm] : null,
            DefaultMaxRequests = settings.DefaultLimit?.MaxRequests,
            DefaultWindowDurationSeconds = Seconds.Of(settings.DefaultLimit?.Window),
            DefaultBurst = settings.DefaultLimit?.Burst,
            OnStoreFailure = NameOf(settings.OnStoreFailure),
        };
    }

    public static GlobalSettings Read(GlobalBody body) => new()
    {
        MaxGlobalConcurrentRequests = body.MaxGlobalConcurrentRequests,
        MaxTenantQueueSize = body.MaxTenantQueueSize,
        MaxQueuedRequests = body.MaxQueuedRequests,
        QueueTimeout = body.QueueTimeoutSeconds is { } seconds ? Seconds.ToTime(seconds) : null,
        DefaultLimit = Read(body.DefaultAlgorithm, body.DefaultMaxRequests, body.DefaultWindowDurationSeconds, body.DefaultBurst, null),
        OnStoreFailure = ModeOf(body.OnStoreFailure),
    };

    /// <summary>True if what a change says is what there is.</summary>
    public static bool Holds(GlobalSettings change, GlobalSettings now) => now == now with
    {
        MaxGlobalConcurrentRequests = change.MaxGlobalConcurrentRequests ?? now.MaxGlobalConcurrentRequests,
        MaxTenantQueueSize = change.MaxTenantQueueSize ?? now.MaxTenantQueueSize,
        MaxQueuedRequests = change.MaxQueuedRequests ?? now.MaxQueuedRequests,
        QueueTimeout = change.QueueTimeout ?? now.QueueTimeout,
        DefaultLimit = change.DefaultLimit ?? now.DefaultLimit,
        OnStoreFailure = change.OnStoreFailure ?? now.OnStoreFailure,
    };

    private static ActionLimit? Read(string? algorithm, long? maxRequests, decimal? windowSeconds, long? burst, string? text)
    {
        int kind = algorithm is null ? 0 : Array.IndexOf(Algorithms, algorithm);
        if (kind == (int)LimitAlgorithm.Custom) return text is null ? null : ActionLimit.Custom(text);
        return kind >= 0 && maxRequests is { } permits && windowSeconds is { } seconds && Seconds.ToTime(seconds) is { } window
            ? ActionLimit.Of(permits, window, (LimitAlgorithm)kind, burst)
            : null;
    }

    private static Dictionary<string, ActionLimit> Read(Dictionary<string, RuleBody>? rules)
    {
        Dictionary<string, ActionLimit> limits = new(StringComparer.Ordinal);
        foreach ((string action, RuleBody rule) in rules ?? [])
        {
            if (Read(rule) is { } limit) limits.Add(action, limit);
        }

        return limits;
    }

    private static string? NameOf(FailureMode? mode) => mode is { } known ? FailureModes[(int)known] : null;

    private static FailureMode? ModeOf(string? name) => Array.IndexOf(FailureModes, name) is >= 0 and int place ? (FailureMode)place : null;
}
