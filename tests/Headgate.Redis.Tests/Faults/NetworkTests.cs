using System.Diagnostics;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Redis is there and the network lost the connection to it, without telling either.</summary>
[Collection(nameof(FaultTests))]
public class NetworkTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    [Theory]
    [InlineData(Ownership.Application)]
    [InlineData(Ownership.Store)]
    public async Task A_connection_that_fell_silent_is_replaced_within_a_second(Ownership ownership)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using Relay relay = new(server);
        RedisStoreOptions options = new() { KeyPrefix = TestServer.NewPrefix() };
        ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(relay.Configuration);
        await using RedisStore store = ownership == Ownership.Store
            ? await RedisStore.ConnectAsync(relay.Configuration, options)
            : new RedisStore(connection, options);
        await using Load load = new(store);
        await load.WarmAsync();
        relay.ForgetConnections();
        // Redis was there all the time: the time-out that tells is all that there is to wait for.
        long answered = Stopwatch.GetTimestamp() + (long)(Timeout.TotalSeconds * Stopwatch.Frequency);
        await Task.Delay(Timeout);
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailOpen);
        report.WasBackWithinASecondOf(answered);
        // Without a farewell, which would wait for an answer.
        await connection.CloseAsync(allowCommandsToComplete: false);
        using ConnectionMultiplexer direct = await server.ConnectAsync();
        await using RedisStore patient = new(direct, options with { Timeout = TimeSpan.FromSeconds(30), DenyCacheSize = 0 });
        Ledger ledger = await Ledger.OpenAsync(patient, report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
    }
}
