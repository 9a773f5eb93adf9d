using Headgate.Conformance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;

namespace Headgate.Http.Tests;

/// <summary>With IHttpClientFactory, whose handlers come and go.</summary>
public class FactoryTests
{
    private static readonly Limit One = Limit.TokenBucket(1, Rate.PerMinute(1));

    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_client_keeps_to_its_limit_and_another_has_its_own()
    {
        await using ServiceProvider services = Build(s =>
        {
            Client(s, "a").AddHeadgate(One, FailFast);
            Client(s, "b").AddHeadgate(One, FailFast);
            Client(s, "c");
        });
        Assert.Equal("sent, refused", await TwiceAsync(services, "a"));
        Assert.Equal("sent, refused", await TwiceAsync(services, "b"));
        Assert.Equal("sent, sent", await TwiceAsync(services, "c"));
    }

    [Fact]
    public async Task What_was_used_and_learned_outlives_the_handlers()
    {
        FarSide far = new() { Answer = _ => FarSide.Response(System.Net.HttpStatusCode.OK, "RateLimit: \"a\";r=0;t=10") };
        await using ServiceProvider services = Build(s => Client(s, "a", far).AddHeadgate(Limit.TokenBucket(2, Rate.PerMinute(1)), o =>
        {
            FailFast(o);
            o.LearnedJitter = 0;
        }));
        using HttpMessageInvoker first = NewHandler(services, "a"), second = NewHandler(services, "a");
        Assert.Null(HeadgateRefusal.Of(await SendAsync(first)));
        Assert.True(HeadgateRefusal.Of(await SendAsync(second))!.IsLearned);
        far.Answer = _ => new HttpResponseMessage();
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(HeadgateRefusal.Of(await SendAsync(second)));
        Assert.False(HeadgateRefusal.Of(await SendAsync(first))!.IsLearned);
    }

    [Fact]
    public async Task The_store_of_the_services_is_used_if_there_is_one()
    {
        using MemoryStore store = new(_clock);
        await using ServiceProvider services = Build(s =>
        {
            s.AddSingleton<IRateLimitStore>(store);
            Client(s, "a").AddHeadgate(One, FailFast);
        });
        Assert.Equal("sent, refused", await TwiceAsync(services, "a"));
        Assert.Equal(1, store.KeyCount);
        // As another process that shares the store would see it.
        Assert.False(new Limiter(One, store, new LimiterOptions { Name = "http:a" }).Acquire("api.test").IsAllowed);
    }

    [Fact]
    public async Task A_store_or_a_limiter_can_be_given()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(One, store, new LimiterOptions { Name = "mine" });
        await using ServiceProvider services = Build(s =>
        {
            Client(s, "a").AddHeadgate(One, _ => store, o =>
            {
                FailFast(o);
                o.Name = "shared";
            });
            Client(s, "b").AddHeadgate(One, _ => store, o =>
            {
                FailFast(o);
                o.Name = "shared";
            });
            Client(s, "c").AddHeadgate(_ => limiter, FailFast);
        });
        Assert.Equal("sent, refused", await TwiceAsync(services, "a"));
        Assert.Equal("refused, refused", await TwiceAsync(services, "b"));
        Assert.True(limiter.Acquire("api.test").IsAllowed);
        Assert.Equal("refused, refused", await TwiceAsync(services, "c"));
    }

    [Fact]
    public async Task Defaults_for_all_clients_give_each_a_limit_of_its_own()
    {
        await using ServiceProvider services = Build(s =>
        {
            s.ConfigureHttpClientDefaults(all => all.AddHeadgate(One, FailFast).ConfigurePrimaryHttpMessageHandler(() => new FarSide()));
            s.AddHttpClient("a");
        });
        Assert.Equal("sent, refused", await TwiceAsync(services, "a"));
        Assert.Equal("sent, refused", await TwiceAsync(services, "never-registered"));
    }

    [Fact]
    public void A_wrong_option_is_refused_when_the_client_is_registered() =>
        Assert.Contains("MaxWait is -00:00:01", Assert.Throws<ArgumentOutOfRangeException>(
            () => Client(new ServiceCollection(), "a").AddHeadgate(One, o => o.MaxWait = TimeSpan.FromSeconds(-1))).Message, StringComparison.Ordinal);

    private static void FailFast(HeadgateHandlerOptions options) => options.MaxWait = TimeSpan.Zero;

    private static IHttpClientBuilder Client(IServiceCollection services, string name, FarSide? far = null) =>
        services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(() => far ?? new FarSide());

    private ServiceProvider Build(Action<IServiceCollection> add)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_clock);
        add(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>What the factory does every two minutes: the same client, built anew.</summary>
    private static HttpMessageInvoker NewHandler(IServiceProvider services, string name)
    {
        HttpMessageHandlerBuilder builder = services.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = name;
        HttpClientFactoryOptions options = services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<HttpClientFactoryOptions>>().Get(name);
        foreach (Action<HttpMessageHandlerBuilder> action in options.HttpMessageHandlerBuilderActions) action(builder);
        return new HttpMessageInvoker(builder.Build(), disposeHandler: false);
    }

    private static async Task<string> TwiceAsync(IServiceProvider services, string name)
    {
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient(name);
        using HttpResponseMessage first = await client.GetAsync(new Uri("http://api.test/")), second = await client.GetAsync(new Uri("http://api.test/"));
        return $"{Outcome(first)}, {Outcome(second)}";
    }

    private static string Outcome(HttpResponseMessage response) => HeadgateRefusal.Of(response) is null ? "sent" : "refused";

    private static Task<HttpResponseMessage> SendAsync(HttpMessageInvoker invoker) => invoker.SendAsync(Tests.Client.Get(), CancellationToken.None);
}
