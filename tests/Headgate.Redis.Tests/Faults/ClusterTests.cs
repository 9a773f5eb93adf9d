using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>A cluster changes under load: slots move, masters change places, die and hang.</summary>
[Collection(nameof(FaultTests))]
public class ClusterTests(RedisCluster cluster)
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    [Fact]
    public async Task All_keys_of_a_partition_key_lie_in_one_slot()
    {
        await using StoreOnServer tested = await CreateAsync(Ownership.Store);
        Limit limit = Limit.AllOf(Limit.TokenBucket(10, Rate.PerSecond(1)), Limit.Concurrency(10));
        for (int i = 0; i < 20_000; i++)
        {
            IReadOnlyList<string> keys = tested.Store.KeysOf(new Charge($"k{i}", limit));
            Assert.True(keys.Select(HashSlotOf).Distinct().Count() == 1, string.Join(' ', keys));
        }
    }

    [Fact]
    public async Task A_slot_that_moves_under_load_loses_no_charge_and_doubles_none()
    {
        await using StoreOnServer tested = await CreateAsync(Ownership.Application);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        int slot = await HotSlotAsync(tested);
        (RedisProcess from, _) = await cluster.ServersOfAsync(slot);
        RedisProcess to = await OtherMasterAsync(from, slot);
        await cluster.MigrateAsync(slot, from, to, () => Task.Delay(300));
        long answered = Stopwatch.GetTimestamp();
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.WasBackWithinASecondOf(answered);
        // The slot is the hot key's: hardly any other key lies in it, and none of one limit has to wait for a move.
        Assert.All(report.Failed, call => Assert.Equal(DecisionSource.FailClosed, call.Decision.Source));
        Assert.DoesNotContain(report.Failed, call => call.Key == Load.HotKey);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
    }

    [Fact]
    public async Task A_failover_by_hand_loses_no_charge_and_doubles_none()
    {
        await using StoreOnServer tested = await CreateAsync(Ownership.Store);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        (RedisProcess master, RedisProcess? replica) = await cluster.ServersOfAsync(await HotSlotAsync(tested));
        await replica!.CliAsync("CLUSTER", "FAILOVER");
        long answered = await cluster.TakenOverFromAsync(master, replica);
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.WasBackWithinASecondOf(answered);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
        await cluster.UntilWholeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_master_that_dies_or_hangs_holds_up_its_own_keys_until_its_replica_takes_over(bool hangs)
    {
        await using StoreOnServer tested = await CreateAsync(hangs ? Ownership.Store : Ownership.Application);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        (RedisProcess master, RedisProcess? replica) = await cluster.ServersOfAsync(await HotSlotAsync(tested));
        long gone = Stopwatch.GetTimestamp();
        if (hangs) await master.StopAsync();
        else await master.KillAsync();
        long answered = await cluster.TakenOverFromAsync(master, replica!);
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        // So that the next test finds a cluster.
        if (hangs) await master.ContinueAsync();
        else await master.StartAgainAsync();
        await cluster.UntilWholeAsync();

        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailClosed);
        report.WasBackWithinASecondOf(answered);
        // Two thirds of the keys are elsewhere. A little less, for calls that were made while nobody knew yet.
        Call[] meanwhile = [.. report.Calls.Where(call => call.Started > gone && call.Started < answered && call.Key != Load.HotKey)];
        Assert.True(meanwhile.Count(call => call.IsDecidedByStore) > meanwhile.Length / 2, $"Others were held up too: {report.Describe()}");
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        // What the replica had not heard of yet is lost; it hears within milliseconds.
        Assert.All(ledger.Forgotten, call => Assert.InRange(Stopwatch.GetElapsedTime(call.Ended, gone), TimeSpan.FromSeconds(-1), TimeSpan.FromMilliseconds(250)));
    }

    private static int HashSlotOf(string key) => Keys.HashSlot.Of(System.Text.Encoding.ASCII.GetBytes(key));

    private Task<StoreOnServer> CreateAsync(Ownership ownership) =>
        StoreOnServer.CreateAsync(ownership, new RedisStoreOptions { FailureMode = FailureMode.Closed }, cluster.Nodes);

    private Task<int> HotSlotAsync(StoreOnServer tested) => cluster.SlotOfAsync(LoadedLimits.KeyOf(tested.Store, Load.HotKey));

    private async Task<RedisProcess> OtherMasterAsync(RedisProcess master, int slot)
    {
        for (int other = slot; ; other = (other + 1_000) % 16_384)
        {
            (RedisProcess candidate, _) = await cluster.ServersOfAsync(other);
            if (candidate != master) return candidate;
        }
    }
}
