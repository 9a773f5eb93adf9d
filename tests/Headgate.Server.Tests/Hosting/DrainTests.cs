using System.Net;
using System.Text;
using Headgate.Server.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Hosting;

public sealed class DrainTests
{
    private const string Ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task A_stop_waits_for_the_answer_of_what_has_begun()
    {
        HeldStore store = new();
        await using Service service = await StartAsync(store);
        Task<HttpResponseMessage> asked = PostAsync(service);
        await Soon.UntilAsync(() => store.Entered == 1);
        Task stopping = service.StopAsync();
        await Soon.UntilAsync(() => service.Services.GetRequiredService<Drain>().IsDraining);
        Assert.False(stopping.IsCompleted);
        store.Open();
        using HttpResponseMessage answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        await stopping;
        Assert.DoesNotContain(service.Log.All, line => line.Id.Name == "Cut");
    }

    [Fact]
    public async Task While_balancers_turn_away_it_answers_and_closes_behind()
    {
        await using Service service = await Service.StartAsync(new ServeOptions { DrainDelay = TimeSpan.FromSeconds(5) });
        using (HttpResponseMessage before = await PostAsync(service)) Assert.Null(before.Headers.ConnectionClose);
        Task stopping = service.StopAsync();
        await Soon.UntilAsync(() => service.Log.All.Any(line => line.Id.Name == "Stopping"));
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await PostAsync(service);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.ConnectionClose);
        }

        Assert.False(stopping.IsCompleted);
        await MoveUntilAsync(service, TimeSpan.FromSeconds(5), stopping);
        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(service));
    }

    [Fact]
    public async Task What_does_not_end_in_time_is_cut_and_said()
    {
        HeldStore store = new(heedsCancellation: false);
        await using Service service = await StartAsync(store);
        Task<HttpResponseMessage> asked = PostAsync(service);
        await Soon.UntilAsync(() => store.Entered == 1);
        Task stopping = service.StopAsync();
        await Soon.UntilAsync(() => service.Log.All.Any(line => line.Id.Name == "Stopping"));
        await MoveUntilAsync(service, TimeSpan.FromSeconds(15), asked);
        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
        store.Open();
        await stopping;
        Assert.Contains(service.Log.All, line => line.Id.Name == "Cut");
    }

    [Fact]
    public async Task A_connection_that_is_idle_holds_up_no_stop()
    {
        await using Service service = await Service.StartAsync();
        (await PostAsync(service)).Dispose();
        Assert.Equal(1, service.Services.GetRequiredService<Connections>().Count);
        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(0, service.Services.GetRequiredService<Connections>().Count);
    }

    private static Task<Service> StartAsync(HeldStore store) =>
        Service.StartAsync(customise: builder => builder.Services.AddSingleton<IRateLimitStore>(store));

    private static Task<HttpResponseMessage> PostAsync(Service service) =>
        service.Client.PostAsync("/api/check_and_consume", new StringContent(Ask, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

    /// <summary>The timer may not be set yet when the clock is moved.</summary>
    private static Task MoveUntilAsync(Service service, TimeSpan step, Task done) => Soon.UntilAsync(() =>
    {
        service.Clock.Advance(step);
        return done.IsCompleted;
    });
}
