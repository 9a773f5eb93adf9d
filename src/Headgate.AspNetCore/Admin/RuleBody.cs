using System.Text.Json.Serialization;

namespace Headgate.AspNetCore.Admin;

/// <summary>A rule as it is sent: whose, and its limits as text or as one algorithm with its numbers.</summary>
internal sealed record RuleBody
{
    /// <summary>A caller, or the name of a policy.</summary>
    [JsonPropertyName("key")]
    public required string Key { get; init; }

    [JsonPropertyName("policy")]
    public string? Policy { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("limit")]
    public string? Limit { get; init; }

    [JsonPropertyName("limits")]
    public string[]? Limits { get; init; }

    [JsonPropertyName("algorithm")]
    public string? Algorithm { get; init; }

    [JsonPropertyName("capacity")]
    public long? Capacity { get; init; }

    /// <summary>Permits a second.</summary>
    [JsonPropertyName("refill_rate")]
    public decimal? RefillRate { get; init; }

    /// <summary>Permits a second.</summary>
    [JsonPropertyName("leak_rate")]
    public decimal? LeakRate { get; init; }

    [JsonPropertyName("permits")]
    public long? Permits { get; init; }

    /// <summary>The same as permits.</summary>
    [JsonPropertyName("max_requests")]
    public long? MaxRequests { get; init; }

    /// <summary>A duration such as 1min.</summary>
    [JsonPropertyName("window")]
    public string? Window { get; init; }

    [JsonPropertyName("window_duration_seconds")]
    public decimal? WindowDurationSeconds { get; init; }

    [JsonPropertyName("lease_seconds")]
    public decimal? LeaseSeconds { get; init; }

    [JsonPropertyName("key_sources")]
    public string[]? KeySources { get; init; }

    /// <summary>Permits a request, or header:NAME.</summary>
    [JsonPropertyName("cost")]
    public string? Cost { get; init; }

    [JsonPropertyName("shadow")]
    public bool? Shadow { get; init; }

    [JsonPropertyName("on_store_failure")]
    public string? OnStoreFailure { get; init; }

    [JsonPropertyName("max_wait_seconds")]
    public decimal? MaxWaitSeconds { get; init; }

    [JsonPropertyName("queue_limit")]
    public long? QueueLimit { get; init; }

    public static RuleBody Read(AdminFields fields)
    {
        RuleBody body = new()
        {
            Key = KeyText.Check("key", fields.Text("key")),
            Policy = fields.Text("policy"),
            Kind = fields.Text("kind"),
            Limit = fields.Text("limit"),
            Limits = fields.Texts("limits"),
            Algorithm = fields.Text("algorithm"),
            Capacity = fields.Whole("capacity"),
            RefillRate = fields.Number("refill_rate"),
            LeakRate = fields.Number("leak_rate"),
            Permits = fields.Whole("permits"),
            MaxRequests = fields.Whole("max_requests"),
            Window = fields.Text("window"),
            WindowDurationSeconds = fields.Number("window_duration_seconds"),
            LeaseSeconds = fields.Number("lease_seconds"),
            KeySources = fields.Texts("key_sources"),
            Cost = fields.Loose("cost"),
            Shadow = fields.Flag("shadow"),
            OnStoreFailure = fields.Text("on_store_failure"),
            MaxWaitSeconds = fields.Number("max_wait_seconds"),
            QueueLimit = fields.Whole("queue_limit"),
        };
        fields.End();
        return body;
    }
}

/// <summary>A token bucket for one client.</summary>
internal sealed record UpdateBody
{
    [JsonPropertyName("client_id")]
    public required string ClientId { get; init; }

    [JsonPropertyName("capacity")]
    public required long Capacity { get; init; }

    /// <summary>Permits a second.</summary>
    [JsonPropertyName("refill_rate")]
    public required decimal RefillRate { get; init; }

    [JsonPropertyName("policy")]
    public string? Policy { get; init; }

    public static UpdateBody Read(AdminFields fields)
    {
        UpdateBody body = new()
        {
            ClientId = KeyText.Check("client_id", fields.Text("client_id")),
            Capacity = fields.Whole("capacity") ?? throw AdminRefusal.Bad("capacity", null, "capacity is missing; it must be a whole number of permits, 1 or more."),
            RefillRate = fields.Number("refill_rate") ?? throw AdminRefusal.Bad("refill_rate", null, "refill_rate is missing; it must be permits a second, above 0."),
            Policy = fields.Text("policy"),
        };
        fields.End();
        return body;
    }
}
