using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Faults;

/// <summary>What the application's own code does to a store: a logger that throws, a connection that it disposes. Callers are answered all the same.</summary>
public class OthersCodeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_logger_that_throws_neither_keeps_callers_waiting_nor_the_store_away()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ThrowingLogger logger = new();
        await using RedisStore store = await RedisStore.ConnectAsync(server.Configuration, new RedisStoreOptions { FailureMode = FailureMode.Closed, Logger = logger });
        Limiter limiter = new(Limit.TokenBucket(1_000_000, Rate.PerSecond(1)), store);
        Assert.Equal(DecisionSource.Store, await SourceAsync(limiter));

        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        Assert.Equal(DecisionSource.FailClosed, await SourceAsync(limiter));
        Assert.True(logger.Thrown > 0);
        await server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal(DecisionSource.Store, await SourceAsync(limiter));

        int thrown = logger.Thrown;
        await server.KillAsync();
        Assert.Equal(DecisionSource.FailClosed, await SourceAsync(limiter));
        await server.StartAgainAsync();
        long back = Stopwatch.GetTimestamp();
        while (await SourceAsync(limiter) != DecisionSource.Store && Stopwatch.GetElapsedTime(back) < Patience) await Task.Delay(10);
        Assert.Equal(DecisionSource.Store, await SourceAsync(limiter));
        Assert.True(logger.Thrown > thrown);
    }

    [Fact]
    public async Task A_connection_that_the_application_disposes_is_a_failure_and_no_silence()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        ConnectionMultiplexer connection = await server.ConnectAsync();
        await using RedisStore store = new(connection, new RedisStoreOptions { FailureMode = FailureMode.Closed });
        Limiter limiter = new(Limit.TokenBucket(1_000_000, Rate.PerSecond(1)), store);
        Assert.Equal(DecisionSource.Store, await SourceAsync(limiter));

        await connection.CloseAsync();
        connection.Dispose();
        // Answered by the failure mode, or over a stand-in: but answered.
        for (int i = 0; i < 20; i++) Assert.NotEqual(DecisionSource.FailOpen, await SourceAsync(limiter));
        await limiter.ResetAsync("k").AsTask().WaitAsync(Patience).ContinueWith(
            reset => Assert.True(reset.IsCompletedSuccessfully || reset.Exception!.InnerException is StoreUnavailableException, $"{reset.Exception}"),
            TaskScheduler.Default);
    }

    [Fact]
    public async Task Who_cancels_before_anything_is_sent_is_charged_nothing()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisStore store = await RedisStore.ConnectAsync(server.Configuration, new RedisStoreOptions { MaxCallsInFlight = 1, Timeout = TimeSpan.FromSeconds(5) });
        Limiter limiter = new(Limit.TokenBucket(100, Rate.PerDay(1)), store);
        await limiter.AcquireAsync("k", 1);
        await server.StopAsync();
        Task<Decision> first = limiter.AcquireAsync("k", 1).AsTask();
        using CancellationTokenSource cancel = new();
        Task<Decision>[] cancelled = [.. Enumerable.Range(0, 10).Select(_ => limiter.AcquireAsync("k", 2, cancel.Token).AsTask())];
        await cancel.CancelAsync();
        foreach (Task<Decision> call in cancelled) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await server.ContinueAsync();
        await first;
        Assert.Equal(98, (await limiter.PeekAsync("k")).Remaining);
    }

    [Fact]
    public async Task Health_forgets_an_error_that_is_over()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisStore store = await RedisStore.ConnectAsync(server.Configuration);
        Limiter limiter = new(Limit.TokenBucket(1_000_000, Rate.PerSecond(1)), store);
        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await limiter.AcquireAsync("k");
        Assert.Contains("out of memory", (await store.CheckHealthAsync()).LastError, StringComparison.Ordinal);
        await server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        await limiter.AcquireAsync("k");
        Assert.Null((await store.CheckHealthAsync()).LastError);
    }

    private static async Task<DecisionSource> SourceAsync(Limiter limiter) => (await limiter.AcquireAsync("k").AsTask().WaitAsync(Patience)).Source;

    private sealed class ThrowingLogger : ILogger
    {
        private int _thrown;

        public int Thrown => Volatile.Read(ref _thrown);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Interlocked.Increment(ref _thrown);
            throw new InvalidOperationException("This logger is broken.");
        }
    }
}
