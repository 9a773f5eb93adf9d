using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Headgate.Client.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Client.Tests;

/// <summary>The client in an application: one for all, and nothing of keys and ids in logs and metrics.</summary>
public sealed class DependencyInjectionTests
{
    private const string Secret = "hg_secret";

    [Fact]
    public async Task One_client_serves_the_whole_application_over_pooled_connections()
    {
        await using BadServer server = new(Fault.None);
        ServiceCollection services = new();
        services.AddHeadgateClient(o => o.Endpoints.Add(server.Address));
        await using ServiceProvider provider = services.BuildServiceProvider();
        HeadgateClient client = provider.GetRequiredService<HeadgateClient>();
        Assert.Same(client, provider.GetRequiredService<HeadgateClient>());
        for (int i = 0; i < 20; i++) Assert.True((await client.CheckAsync("t", $"c{i}", "x")).IsAllowed);
        Assert.Equal(20, server.Charges.Count);
    }

    [Fact]
    public void A_wrong_setting_stops_the_start()
    {
        ServiceCollection services = new();
        Assert.Throws<ArgumentOutOfRangeException>(() => services.AddHeadgateClient(o => o.MaxRetries = -1));
        Assert.Throws<ArgumentException>(() => services.AddHeadgateClient(o =>
        {
            o.ApiKey = Secret;
            o.Endpoints.Add(new Uri("http://headgate.example.com"));
        }));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_key()
    {
        await using BadServer server = new(Fault.Redirect);
        ServiceCollection services = new();
        services.AddHeadgateClient(o =>
        {
            o.ApiKey = Secret;
            o.Endpoints.Add(server.Address);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        await Assert.ThrowsAsync<HeadgateClientException>(() => provider.GetRequiredService<HeadgateClient>().CheckAsync("t", "c", "x"));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task No_key_and_no_id_is_in_a_log_or_a_tag()
    {
        ConcurrentQueue<string> seen = new();
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, it) =>
            {
                if (instrument.Meter.Name == HeadgateClientDiagnostics.MeterName) it.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        bool isAway = false;
        await using BadServer server = new(_ => isAway ? Fault.ResetUnread : Fault.None);
        ServiceCollection services = new();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Lines(seen)));
        services.AddHeadgateClient(o =>
        {
            (o.ApiKey, o.BreakAfter, o.FailureMode) = (Secret, 2, FailureMode.Closed);
            o.Endpoints.Add(server.Address);
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        HeadgateClient client = provider.GetRequiredService<HeadgateClient>();
        await client.CheckAsync("tenant-id", "client-id", "action-id");
        await client.GetStatusAsync("tenant-id", "client-id", "action-id");
        isAway = true;
        await client.CheckAsync("tenant-id", "client-id", "action-id");
        await client.GetStatusAsync("tenant-id", "client-id", "action-id");
        Assert.Contains("headgate.client.checks source=service outcome=allowed", seen);
        Assert.Contains("headgate.client.checks source=fail_closed outcome=denied", seen);
        Assert.Contains("headgate.client.call.duration operation=status outcome=answered", seen);
        Assert.Contains("headgate.client.call.duration operation=check outcome=failed", seen);
        Assert.Contains("headgate.client.breaks", seen);
        Assert.Contains(seen, line => line.StartsWith($"The decision service on {server.Address.Authority} is left alone", StringComparison.Ordinal));
        Assert.All((string[])[Secret, "tenant-id", "client-id", "action-id"], text => Assert.DoesNotContain(seen, line => line.Contains(text, StringComparison.Ordinal)));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string line = instrument.Name;
            foreach ((string name, object? value) in tags) line += $" {name}={value}";
            seen.Enqueue(line);
        }
    }

    private sealed class Lines(ConcurrentQueue<string> all) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            all.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
