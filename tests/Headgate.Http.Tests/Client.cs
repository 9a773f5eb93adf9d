using Headgate.Conformance;
using Headgate.Http.Admission;

namespace Headgate.Http.Tests;

/// <summary>A handler on a fake clock before a fake other side.</summary>
internal sealed class Client : IDisposable
{
    public const string Address = "http://api.test";

    private readonly MemoryStore _store;
    private readonly HttpMessageInvoker _invoker;

    public Client(Limit limit, Action<HeadgateHandlerOptions>? configure = null, double jitter = 0)
    {
        _store = new MemoryStore(Clock);
        Limiter = new Limiter(limit, _store);
        HeadgateHandlerOptions options = new() { TimeProvider = Clock };
        configure?.Invoke(options);
        Gate = new OutgoingGate("test", Limiter, new HandlerSettings(options) { NextRandom = () => jitter }, Clock, null);
        _invoker = new HttpMessageInvoker(new HeadgateHandler(Gate) { InnerHandler = FarSide });
    }

    public FakeClock Clock { get; } = new();

    public FarSide FarSide { get; } = new();

    public Limiter Limiter { get; }

    public OutgoingGate Gate { get; }

    public static HttpRequestMessage Get(string path = "/") => new(HttpMethod.Get, path.Contains("://", StringComparison.Ordinal) ? path : Address + path);

    public Task<HttpResponseMessage> SendAsync(string path = "/", CancellationToken ct = default) => _invoker.SendAsync(Get(path), ct);

    public HttpResponseMessage Send(string path = "/") => _invoker.Send(Get(path), CancellationToken.None);

    public void Advance(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Moves the clock on, second by second, until the next of those in the limit's line is sent, and no further.</summary>
    /// <param name="inLine">
    /// How many stand there. Each has a timer while it sleeps; fewer timers mean that one has been admitted and is on its way, or is about to ask.
    /// </param>
    /// <remarks>
    /// A timer that is still there may be one that is about to be replaced by another, so that a second goes by for nothing. That is made up for, but not in
    /// haste: on a busy machine the clock would run away.
    /// </remarks>
    public async Task ServeNextAsync(int inLine)
    {
        int before = FarSide.Count;
        for (int tries = 0; FarSide.Count == before; tries++)
        {
            Assert.True(tries < 200, "Nobody was served.");
            await Watchdog.Until(() => Clock.PendingTimers == inLine || FarSide.Count > before);
            if (FarSide.Count == before) Advance(1);
            for (int look = 0; look < 250 && FarSide.Count == before; look++) await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _store.Dispose();
    }
}
