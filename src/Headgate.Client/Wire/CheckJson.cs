using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Client.Wire;

/// <summary>A check as it is sent; what is null is left out.</summary>
internal sealed record CheckBody(string? TenantId, string? ClientId, string ActionType, long Cost, long? MaxRequests, decimal? WindowDurationSeconds)
{
    public static CheckBody Of(in CheckRequest request) =>
        new(request.Tenant, request.Client, request.Action, request.Cost, request.MaxRequests, Seconds.Of(request.Window));

    public static CheckBody Of(in ActionCost action) => new(null, null, action.Action, action.Cost, action.MaxRequests, Seconds.Of(action.Window));
}

internal sealed record BatchBody(CheckBody[] Items);

internal sealed record AllBody(string TenantId, string ClientId, CheckBody[] Actions);

internal sealed record LeaseBody(string TenantId, string ClientId, string ActionType, string LeaseId);

/// <summary>An answer to a check, or a problem in place of one: <c>status</c> is a word in the first and a number in the second.</summary>
internal sealed record CheckAnswer
{
    public bool? Allowed { get; init; }

    public long? RemainingRequests { get; init; }

    public decimal? ResetTimeSeconds { get; init; }

    public decimal? RetryAfterSeconds { get; init; }

    public JsonElement Status { get; init; }

    public decimal? DelaySeconds { get; init; }

    public string? Source { get; init; }

    public string? LeaseId { get; init; }

    public string[]? DeniedBy { get; init; }

    public string? Detail { get; init; }

    public string? Field { get; init; }

    public string? Value { get; init; }

    public CheckAnswer? Error { get; init; }
}

internal sealed record BatchAnswer(CheckAnswer?[]? Results);

internal sealed record LeaseAnswer(bool? Released, bool? Renewed);

internal sealed record RuleBody
{
    public string? Algorithm { get; init; }

    public long? MaxRequests { get; init; }

    public decimal? WindowDurationSeconds { get; init; }

    public long? Burst { get; init; }

    public string? Limit { get; init; }
}

internal sealed record TenantSettingsBody
{
    public int? Weight { get; init; }

    public int? MaxQueueSize { get; init; }

    public string? OnStoreFailure { get; init; }
}

internal sealed record TenantBody
{
    public TenantSettingsBody? Settings { get; init; }

    public Dictionary<string, RuleBody>? Actions { get; init; }

    public Dictionary<string, Dictionary<string, RuleBody>>? Clients { get; init; }

    public string? NextClient { get; init; }
}

internal sealed record GlobalBody
{
    public int? MaxGlobalConcurrentRequests { get; init; }

    public int? MaxTenantQueueSize { get; init; }

    public int? MaxQueuedRequests { get; init; }

    public decimal? QueueTimeoutSeconds { get; init; }

    public string? DefaultAlgorithm { get; init; }

    public long? DefaultMaxRequests { get; init; }

    public decimal? DefaultWindowDurationSeconds { get; init; }

    public long? DefaultBurst { get; init; }

    public string? OnStoreFailure { get; init; }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CheckBody))]
[JsonSerializable(typeof(BatchBody))]
[JsonSerializable(typeof(AllBody))]
[JsonSerializable(typeof(LeaseBody))]
[JsonSerializable(typeof(CheckAnswer))]
[JsonSerializable(typeof(BatchAnswer))]
[JsonSerializable(typeof(LeaseAnswer))]
[JsonSerializable(typeof(RuleBody))]
[JsonSerializable(typeof(TenantBody))]
[JsonSerializable(typeof(TenantSettingsBody))]
[JsonSerializable(typeof(GlobalBody))]
internal sealed partial class ServiceJson : JsonSerializerContext;
