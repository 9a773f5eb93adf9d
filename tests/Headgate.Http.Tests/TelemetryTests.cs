using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Headgate.Conformance;
using Microsoft.Extensions.Logging;

namespace Headgate.Http.Tests;

/// <summary>Every tag text, and that no key is in a log.</summary>
[Collection(nameof(Alone))]
public class TelemetryTests
{
    [Fact]
    public async Task Requests_are_counted_by_client_and_outcome_and_logged_without_keys()
    {
        ConcurrentQueue<string> counted = new();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "headgate.http.client.requests" && instrument.Meter.Name == HeadgateDiagnostics.MeterName) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            counted.Enqueue($"{value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();

        FakeClock clock = new();
        using MemoryStore store = new(clock);
        FarSide far = new();
        Lines log = new();
        HeadgateHandlerOptions options = new() { Name = "orders", TimeProvider = clock, MaxWait = TimeSpan.FromSeconds(5), LearnedJitter = 0 };
        using HttpMessageInvoker client = new(new HeadgateHandler(new Limiter(Limit.TokenBucket(1, Rate.PerSecond(1)) with { Name = "one" }, store), options, log) { InnerHandler = far });

        await client.SendAsync(Client.Get(), CancellationToken.None);
        Task<HttpResponseMessage> waits = client.SendAsync(Client.Get(), CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(1));
        await waits.InTime();
        clock.Advance(TimeSpan.FromSeconds(1));
        options.Cost = 9;
        far.Answer = _ => FarSide.Response(HttpStatusCode.TooManyRequests, "Retry-After: 60");
        await client.SendAsync(Client.Get(), CancellationToken.None);
        await client.SendAsync(Client.Get(), CancellationToken.None);

        using HttpMessageInvoker costly = new(new HeadgateHandler(new Limiter(Limit.TokenBucket(1, Rate.PerSecond(1)) with { Name = "one" }, store), options, log) { InnerHandler = far });
        await costly.SendAsync(Client.Get(), CancellationToken.None);

        Assert.Equal(
        [
            "1 client=orders outcome=sent",
            "1 client=orders outcome=waited",
            "1 client=orders outcome=sent",
            "1 client=orders outcome=learned_block",
            "1 client=orders outcome=refused",
        ], counted);
        Assert.Equal(
        [
            "Debug 3: orders leaves the other side alone for 60.000 s, as an answer with status 429 said in RetryAfter.",
            "Debug 2: A request of orders was not sent: the other side is to be left alone for 60.000 s more.",
            "Debug 1: A request of orders was not sent: limit one denied it. Retry after -0.001 s (-0.001: never).",
        ], log.All);
    }

    [Fact]
    public void Clients_beyond_the_bound_share_a_label()
    {
        ClientLabels labels = new(200);
        string[] all = [.. Enumerable.Range(0, 300).Select(i => labels.Of($"client-{i}"))];
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"client-{i}"), all[..200]);
        Assert.All(all[200..], label => Assert.Equal("_other", label));
        Assert.Equal("client-0", labels.Of("client-0"));
    }

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{logLevel} {eventId.Id}: {formatter(state, exception)}");
    }
}
