using Headgate.Redis.Resilience;
using Headgate.Redis.Tests.Faults;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Laws;

/// <summary>
/// The client writes what lies in its buffer once more if it is closed while it writes. So a connection is closed when nothing of a call can lie there any
/// more, and not under the calls that are on their way over it.
/// </summary>
public class ClosingTests
{
    private const int Callers = 16;
    private const int Replacements = 100;
    private const int Stores = 25;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_connection_that_is_replaced_is_closed_after_the_last_call_over_it()
    {
        ConnectionMultiplexer old = await TestServers.Standalone.ConnectAsync();
        await using Connection connection = new(old, owns: true, -1, Patience, TimeProvider.System);
        Wire first = connection.Enter(), second = connection.Enter();
        Assert.True(await connection.TryReplaceAsync(AnswersAsync));
        Wire fresh = connection.Enter();
        Assert.NotSame(first, fresh);
        fresh.Leave();
        first.Leave();
        Assert.False(first.TryEnter());
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.True(old.IsConnected);
        Assert.True(await AnswersAsync(second.Database));

        second.Leave();
        await UntilAsync(() => !old.IsConnected);
    }

    [Fact]
    public async Task Connections_that_are_replaced_under_load_double_no_command_and_cut_none_off()
    {
        string prefix = TestServer.NewPrefix();
        await using Connection connection = new(await TestServers.Standalone.ConnectAsync(), owns: true, -1, Patience, TimeProvider.System);
        using CancellationTokenSource stop = new();
        Task<int>[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CountAsync(connection, $"{prefix}-{caller}", stop.Token)))];
        for (int i = 0; i < Replacements; i++) Assert.True(await connection.TryReplaceAsync(AnswersAsync));
        await stop.CancelAsync();
        int[] counts = await Task.WhenAll(callers);

        IDatabase database = (await TestServers.Standalone.SharedAsync()).GetDatabase();
        for (int caller = 0; caller < Callers; caller++)
        {
            Assert.InRange(counts[caller], 1, int.MaxValue);
            RedisValue[] values = await database.StringGetAsync([.. Enumerable.Range(0, counts[caller]).Select(i => (RedisKey)$"{prefix}-{caller}-{i}")]);
            Assert.All(values, value => Assert.Equal(1, (int)value));
        }
    }

    [Fact]
    public async Task A_store_that_is_disposed_under_load_doubles_no_charge()
    {
        for (int i = 0; i < Stores; i++)
        {
            RedisStoreOptions options = TestServer.InTests(new RedisStoreOptions());
            RedisStore store = await RedisStore.ConnectAsync(TestServers.Standalone.Configuration, options, TestContext.Current.CancellationToken);
            await using Load load = new(store);
            await load.WarmAsync();
            await store.DisposeAsync();
            LoadReport report = await load.StopAsync();
            await using RedisStore other = await TestServers.Standalone.StoreAsync(options);
            Ledger ledger = await Ledger.OpenAsync(other, report);
            ledger.NobodyWasChargedTwice();
            ledger.NobodyWasForgotten();
        }
    }

    private static async Task<int> CountAsync(Connection connection, string prefix, CancellationToken stop)
    {
        int count = 0;
        for (; !stop.IsCancellationRequested; count++)
        {
            Wire wire = connection.Enter();
            Assert.Equal(1, await wire.Database.StringIncrementAsync($"{prefix}-{count}").WaitAsync(Patience, CancellationToken.None));
            wire.Leave();
        }

        return count;
    }

    private static async Task<bool> AnswersAsync(IDatabase database) => await database.PingAsync() > TimeSpan.Zero;

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource patience = new(Patience);
        while (!isSo()) await Task.Delay(10, patience.Token);
    }
}
