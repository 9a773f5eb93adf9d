using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.AspNetCore.Admin;

// Names are written out: the application's own options, which describe these types in its OpenAPI document, may have another convention.

/// <summary>A rule: the limits of a policy, or of one caller in it. What is shown can be sent back.</summary>
internal sealed record RuleView
{
    /// <summary>The name of the policy, or the caller.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    /// <summary>The policy that it belongs to.</summary>
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary><c>policy</c> or <c>override</c>.</summary>
    [JsonPropertyName("kind")]
    public required string Kind { get; init; }

    /// <summary>The limits as text; all of them are one decision.</summary>
    [JsonPropertyName("limits")]
    public required IReadOnlyList<string> Limits { get; init; }

    [JsonPropertyName("key_sources"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? KeySources { get; init; }

    [JsonPropertyName("cost"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Cost { get; init; }

    [JsonPropertyName("shadow"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Shadow { get; init; }

    [JsonPropertyName("on_store_failure"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OnStoreFailure { get; init; }

    [JsonPropertyName("max_wait_seconds"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MaxWaitSeconds { get; init; }

    [JsonPropertyName("queue_limit"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? QueueLimit { get; init; }
}

/// <summary>A page of the rules, ordered by policy and key.</summary>
internal sealed record RuleList(
    [property: JsonPropertyName("version")] long Version,
    [property: JsonPropertyName("total")] int Total,
    [property: JsonPropertyName("rules")] IReadOnlyList<RuleView> Rules);

/// <summary>What a key has left of one policy.</summary>
internal sealed record KeyState
{
    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    /// <summary>The key with its source, as the policy knows it.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    [JsonPropertyName("limits")]
    public required IReadOnlyList<string> Limits { get; init; }

    /// <summary>The permits of the limit that decides: of several, the one with the least left.</summary>
    [JsonPropertyName("limit")]
    public required long Limit { get; init; }

    [JsonPropertyName("remaining")]
    public required long Remaining { get; init; }

    [JsonPropertyName("consumed")]
    public required long Consumed { get; init; }

    /// <summary>True if a charge would be admitted now.</summary>
    [JsonPropertyName("allowed")]
    public required bool Allowed { get; init; }

    /// <summary>0 if it would be; null if it never will be.</summary>
    [JsonPropertyName("retry_after_seconds")]
    public required double? RetryAfterSeconds { get; init; }

    /// <summary>0 if nothing is consumed.</summary>
    [JsonPropertyName("reset_after_seconds")]
    public required double ResetAfterSeconds { get; init; }

    [JsonPropertyName("decided_by")]
    public required string? DecidedBy { get; init; }

    [JsonPropertyName("exempt")]
    public required bool Exempt { get; init; }

    [JsonPropertyName("shadow")]
    public required bool Shadow { get; init; }
}

/// <summary>What a key has left of each policy.</summary>
internal sealed record KeyStats(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("states")] IReadOnlyList<KeyState> States);

/// <summary>A key of a policy.</summary>
internal sealed record PolicyKey(
    [property: JsonPropertyName("policy")] string Policy,
    [property: JsonPropertyName("key")] string Key);

/// <summary>What was forgotten: keys that had consumed something.</summary>
internal sealed record ResetAnswer(
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("reset")] IReadOnlyList<PolicyKey> Reset);

/// <summary>One of the most refused keys.</summary>
internal sealed record RefusedKeyView(
    [property: JsonPropertyName("policy")] string Policy,
    [property: JsonPropertyName("key")] string Key,
    [property: JsonPropertyName("refusals")] long Refusals,
    [property: JsonPropertyName("overcount")] long Overcount,
    [property: JsonPropertyName("caller")] string Caller,
    [property: JsonPropertyName("since")] DateTimeOffset Since);

/// <summary>The most refused keys, the most refused first.</summary>
internal sealed record RefusedKeyList([property: JsonPropertyName("keys")] IReadOnlyList<RefusedKeyView> Keys);

/// <summary>Problem details (RFC 9457) that name the field.</summary>
internal sealed record AdminProblem
{
    [JsonPropertyName("type")]
    public string Type { get; init; } = "about:blank";

    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("status")]
    public required int Status { get; init; }

    [JsonPropertyName("detail")]
    public required string Detail { get; init; }

    [JsonPropertyName("field"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Field { get; init; }

    [JsonPropertyName("value"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }
}

[JsonSerializable(typeof(RuleBody))]
[JsonSerializable(typeof(UpdateBody))]
[JsonSerializable(typeof(RuleView))]
[JsonSerializable(typeof(RuleList))]
[JsonSerializable(typeof(KeyStats))]
[JsonSerializable(typeof(ResetAnswer))]
[JsonSerializable(typeof(RefusedKeyList))]
[JsonSerializable(typeof(AdminProblem))]
internal sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>Without escapes that only HTML needs: a message quotes what was sent, and problem details are read by people.</summary>
    public static AdminJson Readable { get; } = new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
