using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headgate.AspNetCore.Tests.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Admission;

/// <summary>Requests that pass the gate, wait at it, or are refused by it.</summary>
public sealed class AdmissionTests
{
    [Fact]
    public async Task As_many_run_as_there_are_places_and_the_next_when_one_has_ended()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 2 } });
        Task<HttpStatusCode> first = hall.HoldAsync("a"), second = hall.HoldAsync("a");
        await hall.InsideAsync(2);
        Task<HttpStatusCode> third = hall.HoldAsync("a");
        await hall.QueuedAsync(1);
        Assert.Equal(2, hall.Inside);
        hall.Release("a");
        await Soon.UntilAsync(() => hall.Entered == 3);
        Assert.Equal((2, 0), (hall.Gate.Active, hall.Gate.Queued));
        hall.Release("a");
        hall.Release("a");
        Assert.All(await Task.WhenAll(first, second, third), status => Assert.Equal(HttpStatusCode.OK, status));
        await Soon.UntilAsync(() => hall.Gate.Active == 0);
    }

    [Fact]
    public async Task Who_finds_no_room_is_told_when_to_come_again()
    {
        await using Hall hall = await Hall.StartAsync(o => o with
        {
            Gate = new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 0 },
            RetryAfter = TimeSpan.FromMilliseconds(2500),
        });
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        using HttpResponseMessage refused = await hall.App.Client.GetAsync(new Uri("/quick", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("3", refused.Headers.RetryAfter!.ToString());
        Assert.Equal("no-store", refused.Headers.CacheControl!.ToString());
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.ToString());
        JsonElement problem = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity", problem.GetProperty("type").GetString());
        Assert.Equal(503, problem.GetProperty("status").GetInt32());
        Assert.Equal(3, problem.GetProperty("retry-after").GetInt32());
        Assert.Equal("The service is at its capacity. Try again in 3 s.", problem.GetProperty("detail").GetString());

        using HttpRequestMessage head = new(HttpMethod.Head, "/quick");
        using HttpResponseMessage headers = await hall.App.Client.SendAsync(head);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, refused.Content.Headers.ContentLength), (headers.StatusCode, headers.Content.Headers.ContentLength));
        hall.Release("a");
        Assert.Equal(HttpStatusCode.OK, await inside);
    }

    [Fact]
    public async Task Who_waits_for_too_long_is_refused()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 1, QueueTimeout = TimeSpan.FromSeconds(2) } });
        Task<HttpStatusCode> inside = hall.HoldAsync("a"), waiting = hall.HoldAsync("a");
        await hall.QueuedAsync(1);
        hall.App.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await await Task.WhenAny(inside, waiting));
        hall.Release("a");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], (await Task.WhenAll(inside, waiting)).Order());
    }

    [Fact]
    public async Task A_call_is_refused_as_gRPC_does()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 0 } });
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        using HttpRequestMessage call = new(HttpMethod.Post, "/quick") { Content = new ByteArrayContent([]) };
        call.Content.Headers.ContentType = new("application/grpc-web+proto");
        using HttpResponseMessage refused = await hall.App.Client.SendAsync(call);
        Assert.Equal(HttpStatusCode.OK, refused.StatusCode);
        Assert.Equal(("14", "1000"), (refused.Headers.GetValues("grpc-status").Single(), refused.Headers.GetValues("grpc-retry-pushback-ms").Single()));
        hall.Release("a");
        await inside;
    }

    [Fact]
    public async Task Flows_take_turns_by_weight_and_cost()
    {
        await using Hall hall = await Hall.StartAsync(o => o with
        {
            Gate = new FairGateOptions { MaxConcurrent = 1 },
            WeightOf = context => context.Request.Query["flow"] == "heavy" ? 2 : -5,
            CostOf = context => context.Request.Query["flow"] == "dear" ? 4 : 0,
        });
        Task<HttpStatusCode> first = hall.HoldAsync("first");
        await hall.InsideAsync(1);
        List<Task<HttpStatusCode>> all = [first];
        foreach (string flow in (string[])["heavy", "light", "dear"])
        {
            for (int i = 0; i < 4; i++)
            {
                all.Add(hall.HoldAsync(flow));
                await hall.QueuedAsync(all.Count - 1);
            }
        }

        string order = "";
        for (string at = "first"; order.Length < 12; order += at[0])
        {
            hall.Release(at);
            await Soon.UntilAsync(() => hall.Inside == 1 && hall.Entered == order.Length + 2);
            at = hall.Last;
        }

        Assert.Equal("hhlhhllldddd", order);
        hall.Release(hall.Last);
        Assert.All(await Task.WhenAll(all), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Without_a_function_flows_are_told_apart_by_the_key_and_a_long_one_is_no_trouble()
    {
        await using Hall hall = await Hall.StartAsync(o => o with
        {
            Gate = new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 1 },
            FlowOf = null,
            Key = Headgate.Extensions.KeySelector.Parse("header:X-Flow"),
        });
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        string one = new('x', 5000), other = new string('x', 4999) + "y";
        Task<HttpStatusCode> first = hall.QuickAsync(one);
        await hall.QueuedAsync(1);
        Task<HttpStatusCode> second = hall.QuickAsync(other);
        await hall.QueuedAsync(2);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await hall.QuickAsync(one));
        hall.Release("a");
        Assert.All(await Task.WhenAll(inside, first, second), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Endpoints_and_paths_may_stay_out()
    {
        await using Hall hall = await Hall.StartAsync(o => o with
        {
            Gate = new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 0 },
            Exempt = new Headgate.Extensions.PolicyExemptions { Paths = ["/exempt/*"] },
        });
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        Assert.Equal(HttpStatusCode.OK, await hall.App.GetAsync("/health"));
        Assert.Equal(HttpStatusCode.OK, await hall.App.GetAsync("/by-attribute"));
        Assert.Equal(HttpStatusCode.OK, await hall.App.GetAsync("/exempt/x"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await hall.App.GetAsync("/quick"));
        hall.Release("a");
        await inside;
    }

    [Fact]
    public async Task A_place_comes_back_when_the_handler_throws_and_a_turn_when_the_client_goes_away()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 1 } });
        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.InternalServerError, await hall.App.GetAsync("/throws"));
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> waiting = hall.App.Client.GetAsync(new Uri("/quick", UriKind.Relative), gone.Token);
        await hall.QueuedAsync(1);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await hall.QueuedAsync(0);
        hall.Release("a");
        await inside;
        Assert.Equal(HttpStatusCode.OK, await hall.App.GetAsync("/quick"));
    }

    [Fact]
    public async Task Bounds_change_while_the_application_runs()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 1 } });
        Task<HttpStatusCode> first = hall.HoldAsync("a"), second = hall.HoldAsync("a");
        await hall.QueuedAsync(1);
        hall.Gate.Configure(hall.Gate.Options with { MaxConcurrent = 2 });
        await hall.InsideAsync(2);
        hall.Release("a");
        hall.Release("a");
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task Instruments_tell_of_every_outcome_and_of_nobody()
    {
        await using Hall hall = await Hall.StartAsync(o => o with { Gate = new FairGateOptions { MaxConcurrent = 1, MaxQueuePerFlow = 2, QueueTimeout = TimeSpan.FromSeconds(2) } });
        using MeterRecorder recorder = new(hall.App.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        Task<HttpStatusCode> inside = hall.HoldAsync("a");
        await hall.InsideAsync(1);
        Task<HttpStatusCode> late = hall.HoldAsync("a");
        await hall.QueuedAsync(1);
        hall.App.Clock.Advance(TimeSpan.FromSeconds(1));
        Task<HttpStatusCode> queued = hall.HoldAsync("a");
        await hall.QueuedAsync(2);
        await hall.QuickAsync("a");
        recorder.Observe();
        hall.App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await late);
        hall.Release("a");
        hall.Release("a");
        await Task.WhenAll(inside, queued);
        Assert.Equal(
        [
            "headgate.http.admission.active 1",
            "headgate.http.admission.queued 2",
            "headgate.http.admission.requests 1 outcome=entered",
            "headgate.http.admission.requests 1 outcome=overflow",
            "headgate.http.admission.requests 1 outcome=queued",
            "headgate.http.admission.requests 1 outcome=timed_out",
            "headgate.http.admission.time_in_queue 1 outcome=queued",
            "headgate.http.admission.time_in_queue 2 outcome=timed_out",
        ], recorder.Reports.Where(r => r.StartsWith("headgate.http.admission", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_needs_its_services_once_and_routing_before_it()
    {
        Assert.Contains("AddHeadgateAdmission", await Refused(_ => { }, app => app.UseHeadgateAdmission()), StringComparison.Ordinal);
        Assert.Contains("twice", await Refused(Add, app => app.UseHeadgateAdmission().UseHeadgateAdmission()), StringComparison.Ordinal);
        Assert.Contains("before UseRouting", await Refused(Add, app =>
        {
            app.UseHeadgateAdmission();
            app.UseRouting();
        }), StringComparison.Ordinal);
        Assert.Contains("RetryAfter is 00:00:00", Assert.Throws<ArgumentOutOfRangeException>(() => new HeadgateAdmissionOptions { RetryAfter = TimeSpan.Zero }).Message, StringComparison.Ordinal);

        static void Add(WebApplicationBuilder builder) => builder.Services.AddHeadgateAdmission();

        static async Task<string> Refused(Action<WebApplicationBuilder> services, Action<WebApplication> pipeline) =>
            (await Assert.ThrowsAsync<InvalidOperationException>(() => App.StartAsync(_ => { }, pipeline, services))).Message;
    }
}
