using System.Net;
using System.Text.Json;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Load;
using Headgate.Server.Tenants;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Decisions;

public sealed class LoadTests
{
    private const string Ask = """{"tenant_id":"a","client_id":"c","action_type":"x"}""";

    [Fact]
    public async Task A_full_queue_is_answered_503_with_the_fields_of_an_answer()
    {
        await using Service service = await OneAtATimeAsync();
        using LoadTurn turn = await TakeAsync(service, "b");
        foreach ((HttpMethod method, string path, string? body) in new[]
        {
            (HttpMethod.Post, "/api/check_and_consume", Ask), (HttpMethod.Get, "/api/status/a/c/x", null),
            (HttpMethod.Post, "/api/check_and_consume/all", """{"tenant_id":"a","client_id":"c","actions":[{"action_type":"x"}]}"""),
        })
        {
            using HttpRequestMessage request = new(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
            using HttpResponseMessage response = await service.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
            Assert.Equal("""{"allowed":false,"remaining_requests":0,"reset_time_seconds":1767225601,"retry_after_seconds":1,"status":"rejected"}""", await response.Content.ReadAsStringAsync());
        }

        turn.Dispose();
        Assert.Equal(99, (await service.PostAsync("/api/check_and_consume", Ask)).Body.GetProperty("remaining_requests").GetInt64());
    }

    [Fact]
    public async Task In_a_batch_the_tenant_that_is_refused_is_refused_alone()
    {
        await using Service service = await OneAtATimeAsync();
        // Of b one may wait; of a none.
        await service.SetAsync(NodeAddress.OfTenant("b"), new TenantSettings { MaxQueueSize = 10 });
        LoadTurn turn = await TakeAsync(service, "other");
        Task<(HttpStatusCode Status, JsonElement Body)> batch = service.PostAsync("/api/check_and_consume/batch",
            """[{"tenant_id":"a","client_id":"c","action_type":"x"},{"tenant_id":"b","client_id":"c","action_type":"x"},{"tenant_id":"a","client_id":"c","action_type":"x"}]""");
        await Soon.UntilAsync(() => service.Services.GetRequiredService<LoadControl>().QueueLength("b") == 1);
        turn.Dispose();
        (HttpStatusCode status, JsonElement answer) = await batch;
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["rejected", "queued", "rejected"], answer.EnumerateArray().Select(one => one.GetProperty("status").GetString()));
        Assert.Equal([false, true, false], answer.EnumerateArray().Select(one => one.GetProperty("allowed").GetBoolean()));
        Assert.Equal(0, service.Services.GetRequiredService<LoadControl>().Active);
    }

    [Fact]
    public async Task Who_waits_too_long_is_answered_503_timed_out()
    {
        await using Service service = await OneAtATimeAsync(queue: 10);
        using LoadTurn turn = await TakeAsync(service, "b");
        Task<(HttpStatusCode Status, JsonElement Body)> waiting = service.PostAsync("/api/check_and_consume", Ask);
        await Soon.UntilAsync(() => service.Services.GetRequiredService<LoadControl>().QueueLength("a") == 1);
        service.Clock.Advance(TimeSpan.FromSeconds(6));
        (HttpStatusCode status, JsonElement answer) = await waiting;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("timed_out", answer.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Who_leaves_while_waiting_gives_its_place_up()
    {
        await using Service service = await OneAtATimeAsync(queue: 10);
        using LoadTurn turn = await TakeAsync(service, "b");
        using CancellationTokenSource leaving = new();
        using StringContent content = new(Ask, null, "application/json");
        Task<HttpResponseMessage> waiting = service.Client.PostAsync("/api/check_and_consume", content, leaving.Token);
        LoadControl load = service.Services.GetRequiredService<LoadControl>();
        await Soon.UntilAsync(() => load.QueueLength("a") == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Soon.UntilAsync(() => load.QueueLength("a") == 0);
    }

    [Fact]
    public async Task A_key_of_one_tenant_gets_no_decision_of_another()
    {
        await using Service service = await Service.StartAsync(customise: builder => builder.Services.AddSingleton<IAccessGate>(new GateFor(new Caller("test", KeyRole.Decide, "a"))));
        string other = Ask.Replace("\"a\"", "\"b\"", StringComparison.Ordinal);
        string lease = ",\"lease_id\":\"0123456789abcdef0123456789abcdef\"}";
        Assert.Equal(HttpStatusCode.OK, (await service.PostAsync("/api/check_and_consume", Ask)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.PostAsync("/api/check_and_consume", other)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.GetAsync("/api/status/b/c/x")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.PostAsync("/api/check_and_consume/all", """{"tenant_id":"b","client_id":"c","actions":[{"action_type":"x"}]}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.PostAsync("/api/release", other.Replace("}", lease, StringComparison.Ordinal))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.PostAsync("/api/renew", other.Replace("}", lease, StringComparison.Ordinal))).Status);
        (HttpStatusCode status, JsonElement batch) = await service.PostAsync("/api/check_and_consume/batch", $"[{Ask},{other},{Ask}]");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(98, batch[0].GetProperty("remaining_requests").GetInt64());
        Assert.Equal(403, batch[1].GetProperty("error").GetProperty("status").GetInt32());
        Assert.Equal(97, batch[2].GetProperty("remaining_requests").GetInt64());
    }

    private static async Task<Service> OneAtATimeAsync(int queue = 0)
    {
        Service service = await Service.StartAsync();
        await service.SetAsync(NodeAddress.Global, new GlobalSettings { MaxGlobalConcurrentRequests = 1, MaxTenantQueueSize = queue });
        return service;
    }

    private static ValueTask<LoadTurn> TakeAsync(Service service, string tenant) =>
        service.Services.GetRequiredService<LoadControl>().EnterAsync(service.Book.Current, tenant, 1, CancellationToken.None);

    private sealed class GateFor(Caller caller) : IAccessGate
    {
        public Caller Enter(HttpContext context) => caller;
    }
}
