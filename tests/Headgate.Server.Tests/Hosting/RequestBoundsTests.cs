using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Tests.Hosting;

public sealed class RequestBoundsTests
{
    private const string Ask = """{"tenant_id":"acme","client_id":"c1","action_type":"login"}""";

    [Fact]
    public async Task Ends_a_request_that_takes_too_long()
    {
        HeldStore store = new();
        await using Service service = await StartAsync(store);
        Task<HttpResponseMessage> asked = PostAsync(service);
        await Soon.UntilAsync(() => store.Entered == 1);
        service.Clock.Advance(TimeSpan.FromSeconds(31));
        using HttpResponseMessage answer = await asked;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        Assert.Contains("longer than 30 s (--request-timeout)", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lets_a_request_take_as_long_as_it_may()
    {
        HeldStore store = new();
        await using Service service = await StartAsync(store);
        Task<HttpResponseMessage> asked = PostAsync(service);
        await Soon.UntilAsync(() => store.Entered == 1);
        service.Clock.Advance(TimeSpan.FromSeconds(29));
        // Looks come once a second; two have seen it when this is over.
        await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(asked.IsCompleted);
        store.Open();
        using HttpResponseMessage answer = await asked;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Cuts_a_request_that_does_not_end_when_it_is_told()
    {
        HeldStore store = new(heedsCancellation: false);
        await using Service service = await StartAsync(store);
        Task<HttpResponseMessage> asked = PostAsync(service);
        await Soon.UntilAsync(() => store.Entered == 1);
        service.Clock.Advance(TimeSpan.FromSeconds(36));
        await Assert.ThrowsAsync<HttpRequestException>(() => asked);
        store.Open();
    }

    [Fact]
    public async Task Time_does_not_add_up_over_the_requests_of_a_connection()
    {
        await using Service service = await Service.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage answer = await PostAsync(service);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Null(answer.Headers.ConnectionClose);
            service.Clock.Advance(TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_work()
    {
        HeldStore store = new();
        await using Service service = await StartAsync(store);
        using CancellationTokenSource leave = new();
        Task<HttpResponseMessage> asked = service.Client.PostAsync("/api/check_and_consume", Json(Ask), leave.Token);
        await Soon.UntilAsync(() => store.Entered == 1);
        await leave.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => asked);
        // If the work went on, the stop would wait for it.
        await service.StopAsync().WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(service.Log.All, line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    private static Task<Service> StartAsync(HeldStore store) =>
        Service.StartAsync(customise: builder => builder.Services.AddSingleton<IRateLimitStore>(store));

    private static Task<HttpResponseMessage> PostAsync(Service service) => service.Client.PostAsync("/api/check_and_consume", Json(Ask), TestContext.Current.CancellationToken);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
