using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Threading.Channels;
using Headgate.Conformance;
using Headgate.Extensions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Headgate.AspNetCore.Tests.SignalR;

/// <summary>A hub whose methods wait until a test lets them go.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private int _entered;
    private int _left;

    /// <summary>Connections of which the server has heard the end; what they were doing has been cancelled by then.</summary>
    public int Left => Volatile.Read(ref _left);

    /// <summary>How many have ever come to the gate.</summary>
    public int Entered => Volatile.Read(ref _entered);

    public int Inside => Volatile.Read(ref _inside);

    public void Leave() => Interlocked.Increment(ref _left);

    public void Open() => _open.TrySetResult();

    public async Task PassAsync(CancellationToken ct = default)
    {
        Interlocked.Increment(ref _entered);
        Interlocked.Increment(ref _inside);
        try
        {
            await _open.Task.WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }
}

[HubLimit("hub")]
internal sealed class TestHub(Gate gate) : Hub
{
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        gate.Leave();
        return Task.CompletedTask;
    }

    public string Say(string text) => text;

    [HubLimit("hub", Cost = 3)]
    public string Costly(string text) => text;

    [HubLimit("method", PerMethod = true)]
    public string Both(string text) => text;

    [HubLimit("connection", Key = HubKey.Connection)]
    public string PerConnection() => "";

    [HubLimit("method", PerMethod = true, Key = HubKey.Everybody)]
    public string One() => "";

    [HubLimit("method", PerMethod = true, Key = HubKey.Everybody)]
    public string Other() => "";

    [HubLimit("nowhere")]
    public string Unknown() => "";

    [HubLimit("busy")]
    public async Task<string> Work()
    {
        await gate.PassAsync();
        return "done";
    }

    [HubLimit("busy")]
    public void Fail() => throw new HubException("as planned");

    [HubLimit("busy")]
    public async IAsyncEnumerable<int> Count([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        yield return 1;
        await gate.PassAsync(ct);
        yield return 2;
    }

    [HubLimit("busy")]
    public ChannelReader<string> Channel(CancellationToken ct)
    {
        Channel<string> channel = System.Threading.Channels.Channel.CreateUnbounded<string>();
        _ = WriteAsync();
        return channel.Reader;

        async Task WriteAsync()
        {
            await channel.Writer.WriteAsync("a", CancellationToken.None);
            try
            {
                await gate.PassAsync(ct);
            }
            finally
            {
                channel.Writer.Complete();
            }
        }
    }
}

internal sealed class HubApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<HubConnection> _clients = [];

    private HubApp(WebApplication app, FakeClock clock)
    {
        _app = app;
        Clock = clock;
    }

    public FakeClock Clock { get; }

    public Gate Gate => _app.Services.GetRequiredService<Gate>();

    public IServiceProvider Services => _app.Services;

    public IRateLimitPolicies Policies => _app.Services.GetRequiredService<IRateLimitPolicies>();

    public static async Task<HubApp> StartAsync(Action<HubLimitOptions>? configure = null, Action<HeadgateBuilder>? policies = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        FakeClock clock = new();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(new MemoryStore(clock));
        HeadgateBuilder headgate = builder.Services.AddHeadgate().UseStore(provider => provider.GetRequiredService<MemoryStore>())
            .AddPolicy("hub", Limit.FixedWindow(3, TimeSpan.FromMinutes(1)))
            .AddPolicy("method", Limit.FixedWindow(1, TimeSpan.FromMinutes(10)))
            .AddPolicy("connection", Limit.FixedWindow(1, TimeSpan.FromMinutes(1)))
            .AddPolicy("busy", Limit.Concurrency(1));
        policies?.Invoke(headgate);
        builder.Services.AddSingleton<Gate>();
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, UserHeader>("test", null);
        builder.Services.AddSignalR(hubs => hubs.MaximumParallelInvocationsPerClient = 4).AddHeadgate(configure);
        WebApplication app = builder.Build();
        app.UseAuthentication();
        app.MapHub<TestHub>("/hub");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new HubApp(app, clock);
    }

    public async Task<HubConnection> ConnectAsync(string? user = null)
    {
        HubConnectionBuilder builder = new();
        builder.Services.AddSingleton<IConnectionFactory>(new WebSocketConnections(socket =>
        {
            if (user is not null) socket.SetRequestHeader("X-User", user);
        }));
        builder.Services.AddSingleton<System.Net.EndPoint>(new UriEndPoint(new Uri(_app.Urls.First().Replace("http:", "ws:", StringComparison.Ordinal) + "/hub")));
        HubConnection client = builder.AddJsonProtocol().Build();
        _clients.Add(client);
        await client.StartAsync(TestContext.Current.CancellationToken);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        foreach (HubConnection client in _clients) await client.DisposeAsync();
        await _app.DisposeAsync();
    }

    /// <summary>Believes a header: for tests.</summary>
    private sealed class UserHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["X-User"] is not [{ Length: > 0 } name]) return Task.FromResult(AuthenticateResult.NoResult());
            ClaimsPrincipal user = new(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "test"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, "test")));
        }
    }
}
