using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Benchmarks.OnServe;

/// <summary>The yardstick: an endpoint that reads the same JSON and writes the same answer, and decides nothing.</summary>
internal static class BareEndpoint
{
    public static WebApplication Create()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, BareJson.Default));
        WebApplication app = builder.Build();
        app.MapPost("/api/check_and_consume", (BareAsk ask) => new BareAnswer(ask.Cost <= 1, 999_999_998, 1_767_225_660.25m, 0, "processed"));
        return app;
    }
}

internal sealed record BareAsk(
    [property: JsonPropertyName("tenant_id")] string TenantId,
    [property: JsonPropertyName("client_id")] string ClientId,
    [property: JsonPropertyName("action_type")] string ActionType,
    [property: JsonPropertyName("cost")] long Cost);

internal sealed record BareAnswer(
    [property: JsonPropertyName("allowed")] bool Allowed,
    [property: JsonPropertyName("remaining_requests")] long RemainingRequests,
    [property: JsonPropertyName("reset_time_seconds")] decimal ResetTimeSeconds,
    [property: JsonPropertyName("retry_after_seconds")] decimal RetryAfterSeconds,
    [property: JsonPropertyName("status")] string Status);

[JsonSerializable(typeof(BareAsk))]
[JsonSerializable(typeof(BareAnswer))]
internal sealed partial class BareJson : JsonSerializerContext;
