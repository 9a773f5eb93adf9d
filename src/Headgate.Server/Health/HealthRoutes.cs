using System.Collections.Immutable;
using System.Text.Json;
using Headgate.Redis;
using Headgate.Server.Changes;
using Headgate.Server.Metrics;
using Headgate.Server.Statistics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server.Health;

/// <summary><c>/health/live</c>, <c>/health/ready</c>, <c>/api/health</c>: no key is needed, and nothing is said that strangers may not know.</summary>
internal sealed class HealthRoutes(ReadinessBoard board, StoreHealth store, DataFolderHealth folder, ConfigBook book, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    public void Map(IEndpointRouteBuilder routes, IHostApplicationLifetime lifetime)
    {
        lifetime.ApplicationStarted.Register(() => board.Set(ReadinessBoard.Service, null));
        lifetime.ApplicationStopping.Register(() => board.Set(ReadinessBoard.Service, ReadinessBoard.Draining));
        routes.MapGet("/health/live", (RequestDelegate)LiveAsync);
        routes.MapGet("/health/ready", (RequestDelegate)ReadyAsync);
        routes.MapGet("/api/health", (RequestDelegate)TellAsync);
    }

    private static Task LiveAsync(HttpContext context) => FigureJson.WriteAsync(context, writer => writer.WriteString("status", "live"));

    private async Task ReadyAsync(HttpContext context)
    {
        ImmutableArray<KeyValuePair<string, string>> problems = await FindProblemsAsync(context.RequestAborted).ConfigureAwait(false);
        bool isReady = problems.IsEmpty;
        await FigureJson.WriteAsync(context, writer =>
        {
            writer.WriteString("status", isReady ? "ready" : "not_ready");
            Write(writer, "reasons", problems);
            Write(writer, "warnings", board.Warnings);
        }, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable).ConfigureAwait(false);
    }

    private async Task TellAsync(HttpContext context)
    {
        ImmutableArray<KeyValuePair<string, string>> problems = await FindProblemsAsync(context.RequestAborted).ConfigureAwait(false);
        RedisHealth? redis = await store.CheckAsync(context.RequestAborted).ConfigureAwait(false);
        ImmutableArray<KeyValuePair<string, string>> warnings = board.Warnings;
        bool isWell = warnings.IsEmpty && redis is not { IsReachable: false };
        await FigureJson.WriteAsync(context, writer =>
        {
            writer.WriteString("status", !problems.IsEmpty ? "not_ready" : isWell ? "ok" : "degraded");
            writer.WriteString("version", ProcessFacts.Version);
            writer.WriteNumber("uptime_seconds", (long)clock.GetElapsedTime(_started).TotalSeconds);
            writer.WriteString("store", store.IsRedis ? "redis" : "memory");
            if (redis is not null)
            {
                writer.WriteStartObject("redis");
                writer.WriteBoolean("reachable", redis.IsReachable);
                if (redis.IsReachable) writer.WriteNumber("round_trip_seconds", (decimal)redis.RoundTrip.Ticks / TimeSpan.TicksPerSecond);
                else writer.WriteNull("round_trip_seconds");
                writer.WriteString("breaker", redis.Breaker == BreakerState.Open ? "open" : "closed");
                writer.WriteEndObject();
            }

            writer.WriteNumber("config_version", book.Current.Version);
            Write(writer, "reasons", problems);
            Write(writer, "warnings", warnings);
        }).ConfigureAwait(false);
    }

    private async ValueTask<ImmutableArray<KeyValuePair<string, string>>> FindProblemsAsync(CancellationToken ct)
    {
        ImmutableArray<KeyValuePair<string, string>> problems = board.Problems;
        if (await folder.FindProblemAsync(ct).ConfigureAwait(false) is { } unwritable) problems = problems.Add(new("data", unwritable));
        if (await store.FindProblemAsync(ct).ConfigureAwait(false) is { } unreachable) problems = problems.Add(new("redis", unreachable));
        return problems;
    }

    private static void Write(Utf8JsonWriter writer, string field, ImmutableArray<KeyValuePair<string, string>> entries)
    {
        writer.WriteStartArray(field);
        foreach ((string name, string detail) in entries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("detail", detail);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
