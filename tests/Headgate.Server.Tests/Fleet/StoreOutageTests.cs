using System.Net;
using System.Text;
using System.Text.Json;
using Headgate.Redis.Tests.Servers;

namespace Headgate.Server.Tests.Fleet;

/// <summary>Redis hangs or dies under the fleet: each tenant is answered by its own failure mode, soon, and by Redis again when that is back.</summary>
public sealed class StoreOutageTests
{
    private const int Permits = 5;

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The store's time-out, and what a busy machine may add.</summary>
    private static readonly TimeSpan LongestCall = StoreTimeout + TimeSpan.FromSeconds(4);

    [Theory(Timeout = 180_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_tenant_is_met_with_its_own_failure_mode_and_nobody_waits(bool hangs)
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using Instances fleet = await Instances.StartAsync(redis.Configuration, StoreTimeout, count: 2);
        foreach (string tenant in (string[])["open", "closed", "local"])
        {
            await fleet.PutAsync($"/api/config/tenant/{tenant}", $$"""{"on_store_failure":"{{tenant}}"}""");
            await fleet.PutAsync($"/api/config/tenant/{tenant}/action/login", $$"""{"max_requests":{{Permits}},"window_duration_seconds":86400000}""");
            await Soon.UntilAsync(async () => (await AskAsync(fleet[0], tenant, "before")) is { Status: HttpStatusCode.OK, Source: null });
        }

        if (hangs) await redis.StopAsync();
        else await redis.KillAsync();
        // The first to notice pays the time-out; when an instance has noticed, all of its tenants are answered at once.
        foreach (Service one in fleet.All)
        {
            await Soon.UntilAsync(async () => (await AskAsync(one, "open", "noticed")).Source == "fail_open");
            for (int i = 0; i < 3 * Permits; i++)
            {
                Answer open = await AskAsync(one, "open", "ann");
                Assert.Equal((HttpStatusCode.OK, true, "fail_open"), (open.Status, open.IsAllowed, open.Source));
                Answer closed = await AskAsync(one, "closed", "ann");
                Assert.Equal((HttpStatusCode.ServiceUnavailable, false, true), (closed.Status, closed.IsAllowed, closed.HasRetryAfter));
                Answer local = await AskAsync(one, "local", "ann");
                Assert.Equal((HttpStatusCode.OK, i < Permits, "fail_local"), (local.Status, local.IsAllowed, local.Source));
            }
        }

        if (hangs) await redis.ContinueAsync();
        else await redis.StartAgainAsync();
        foreach (Service one in fleet.All)
        {
            foreach (string tenant in (string[])["open", "closed", "local"])
                await Soon.UntilAsync(async () => (await AskAsync(one, tenant, "after")) is { Status: HttpStatusCode.OK, Source: null or "deny_cache" });
        }

        // And the two share a limit again.
        int admitted = 0;
        for (int i = 0; i < 2 * Permits; i++)
        {
            if ((await AskAsync(fleet[i % 2], "local", "again")).IsAllowed) admitted++;
        }

        Assert.Equal(Permits, admitted);
    }

    private static async Task<Answer> AskAsync(Service service, string tenant, string client)
    {
        long began = TimeProvider.System.GetTimestamp();
        using StringContent question = new($$"""{"tenant_id":"{{tenant}}","client_id":"{{client}}","action_type":"login"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await service.Client.PostAsync(new Uri("/api/check_and_consume", UriKind.Relative), question);
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.Zero, LongestCall);
        return new Answer(
            response.StatusCode,
            body.TryGetProperty("allowed", out JsonElement allowed) && allowed.GetBoolean(),
            body.TryGetProperty("source", out JsonElement source) ? source.GetString() : null,
            response.Headers.RetryAfter is not null);
    }

    private sealed record Answer(HttpStatusCode Status, bool IsAllowed, string? Source, bool HasRetryAfter);
}
