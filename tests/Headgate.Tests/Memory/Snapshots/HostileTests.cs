using Headgate.Conformance;
using Headgate.Memory;
using Headgate.Memory.Snapshots;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>Snapshots that somebody made up who knows the format and the secrets: nothing in them crashes, and nothing grows by more than was read.</summary>
[Collection(nameof(Alone))]
public class HostileTests
{
    private const long Now = FakeClock.DefaultStartMicros;

    private static readonly long[] Edges =
    [
        long.MinValue, long.MinValue + 1, -1, 0, 1, 2, 3, 1000, uint.MaxValue, 1L << 32, (1L << 32) + 1, (7L << 32) | 6, (1L << 40) - 1, 1L << 50, LimitBounds.MaxPermits,
        LimitBounds.MaxPermits + 1, LimitBounds.MaxPeriodMicros, 1L << 53, (1L << 60) - 1, 1L << 60, 1L << 62, long.MaxValue - 1, long.MaxValue,
    ];

    private readonly FakeClock _clock = new();
    private readonly KeyHash _hash = KeyHash.Draw();

    /// <summary>Numbers from the edges of every domain in every place, under the digest of every limit: taken or refused, and then decided on.</summary>
    [Fact]
    public async Task Whatever_a_state_says_every_limit_decides_on_it()
    {
        Limit[] limits =
        [
            .. OneOfEach.Kinds.Select(kind => OneOfEach.Of(kind, 5)), Limit.TokenBucket(7, Rate.Per(7, TimeSpan.FromMicroseconds(1000))),
            Limit.LeakyBucket(5, Rate.Per(LimitBounds.MaxReducedPermits, LimitBounds.MaxPeriod)), Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromMicroseconds(1))),
            Limit.SlidingWindow(LimitBounds.MaxPermits, LimitBounds.MaxPeriod), Limit.FixedWindow(LimitBounds.MaxPermits, TimeSpan.FromMicroseconds(1)),
            Limit.SlidingLog(LimitBounds.MaxSlidingLogPermits, LimitBounds.MaxPeriod), Limit.Concurrency(LimitBounds.MaxPermits, LimitBounds.MaxPeriod),
        ];
        Random random = new(20260101);
        int taken = 0, refused = 0;
        for (int trial = 0; trial < 10_000; trial++)
        {
            Limit limit = limits[trial % limits.Length];
            KeyDigest digest = Snapshot.DigestOf(_hash, limit, "k");
            try
            {
                using MemoryStore store = Snapshot.Restore(Snapshot.Forge(_hash, 1, Record(random, digest)), _clock);
                if (store.KeyCount == 0) continue;
                taken++;
                await UseAsync(store, limit, random);
                using MemoryStore again = Snapshot.Restore(Snapshot.Of(store), _clock);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.True(taken > 500 && refused > 500, $"{taken} taken, {refused} refused");
    }

    [Fact]
    public void Counts_that_lie_are_refused_and_cost_nothing()
    {
        foreach (byte kind in new[] { SnapshotFormat.Log, SnapshotFormat.Leases })
        {
            byte[] lie = Snapshot.Forge(_hash, 1, Snapshot.OwningRecord(kind, new KeyDigest(1, 2), Now, Now + 1000, int.MaxValue));
            Refuses(lie, mostBytes: 1 << 20);
            Refuses(Snapshot.Forge(_hash, 1, Snapshot.OwningRecord(kind, new KeyDigest(1, 2), Now, Now + 1000, -1)), mostBytes: 1 << 20);
        }

        Assert.Contains("it says that it has 2 keys and has 1", Refuses(Snapshot.Forge(_hash, 2, Plain(new KeyDigest(1, 2))), 1 << 20), StringComparison.Ordinal);
        Assert.Contains("it says that it has -1 keys and has 0", Refuses(Snapshot.Forge(_hash, -1), 1 << 20), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_there_twice_is_refused()
    {
        KeyDigest digest = new(1, 2);
        Refuses(Snapshot.Forge(_hash, 2, Plain(digest), Plain(digest)), 1 << 20);
        byte[] log = Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 1, Now, 1);
        Refuses(Snapshot.Forge(_hash, 2, log, log), 1 << 20);
        byte[] leases = Snapshot.OwningRecord(SnapshotFormat.Leases, digest, Now, Now + 1000, 1, 7, 0, Now + 1000, 1);
        Refuses(Snapshot.Forge(_hash, 2, leases, leases), 1 << 20);
        using MemoryStore apart = Snapshot.Restore(Snapshot.Forge(_hash, 3, Plain(digest), log, leases), _clock);
        Assert.Equal(3, apart.KeyCount);
    }

    /// <summary>Keys chosen to crowd would double the directory for ever; 2^40 of its places are a thousand times what there is.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    [InlineData(50)]
    public void Keys_that_crowd_are_refused(int spread)
    {
        byte[][] records = [.. Enumerable.Range(0, 20_000).Select(i => Plain(new KeyDigest((ulong)i, (ulong)i << spread >> 15)))];
        Assert.Contains("crowd", Refuses(Snapshot.Forge(_hash, records.Length, records), 32 << 20), StringComparison.Ordinal);
    }

    /// <summary>States that no limit leaves behind, each wrong in one thing.</summary>
    [Fact]
    public void Each_rule_of_a_state_is_held()
    {
        KeyDigest digest = new(1, 2);
        byte[][] wrong =
        [
            Snapshot.PlainRecord(digest, -1, Now + 1000, 1, 1),
            Snapshot.PlainRecord(digest, (1L << 60) + 1, (1L << 60) + 2, 1, 1),
            Snapshot.PlainRecord(digest, Now, -1, 1, 1),
            Snapshot.PlainRecord(digest, Now, Now + (1L << 53) + 1, 1, 1),
            Snapshot.PlainRecord(digest, Now, Now + 1000, LimitBounds.MaxPermits + 1, -1),
            Snapshot.PlainRecord(digest, Now, Now + 1000, -1, 1),
            Snapshot.PlainRecord(digest, Now, Now + 1000, (long)(5UL << 32), LimitBounds.MaxPeriodMicros + 1),
            Snapshot.PlainRecord(digest, Now, Now + (1L << 52), -1L << 32, 1),
            Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 2, Now, 1, Now, 1),
            Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 1, Now + 1, 1),
            Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 1, Now, -1),
            Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 1, Now, 0),
            Snapshot.OwningRecord(SnapshotFormat.Log, digest, Now, Now + 1000, 2, Now - 1, LimitBounds.MaxSlidingLogPermits, Now, 1),
            Snapshot.OwningRecord(SnapshotFormat.Leases, digest, Now, Now + 1000, 1, 7, 0, Now + 1001, 1),
            Snapshot.OwningRecord(SnapshotFormat.Leases, digest, Now, Now + 1000, 1, 7, 0, Now + 1000, 0),
            Snapshot.OwningRecord(SnapshotFormat.Leases, digest, Now, Now + 1000, 2, 7, 0, Now + 1000, 1, 8, 0, Now + 999, 1),
            Snapshot.OwningRecord(SnapshotFormat.Leases, digest, Now, Now + 1000, 2, 7, 0, Now + 999, LimitBounds.MaxPermits, 8, 0, Now + 1000, 1),
        ];
        for (int i = 0; i < wrong.Length; i++)
        {
            string message = Snapshot.Refused(Snapshot.Forge(_hash, 1, wrong[i]));
            Assert.True(message.Contains("in a state that no limit leaves behind", StringComparison.Ordinal), $"{i}: {message}");
        }

        Assert.Contains("of kind 4 follows", Snapshot.Refused(Snapshot.Forge(_hash, 1, [4])), StringComparison.Ordinal);
    }

    private static byte[] Plain(KeyDigest digest) => Snapshot.PlainRecord(digest, Now, Now + 1_000_000, 1, 0);

    /// <summary>A record whose head makes it likely to be taken, and whose other numbers do not.</summary>
    private static byte[] Record(Random random, KeyDigest digest)
    {
        long lastSeen = Now + Pick(random, 0, -1, 1, -1000, 1_000_000, -Now, LimitBounds.MaxPeriodMicros, (1L << 60) - Now);
        long forgetAt = lastSeen + Pick(random, 1, 1000, 10_000_000, 1L << 40, LimitBounds.MaxPeriodMicros, 1L << 52, 1L << 53);
        byte kind = (byte)random.Next(1, 4);
        if (kind == SnapshotFormat.Plain)
        {
            long third = random.Next(2) == 0 ? Edge(random) : (long)((ulong)random.Next(1, int.MaxValue) << 32) | (uint)random.Next(5);
            return Snapshot.PlainRecord(digest, lastSeen, forgetAt, third, Edge(random));
        }

        int count = random.Next(6);
        List<long> words = [];
        long time = kind == SnapshotFormat.Log ? Math.Max(0, lastSeen - 10_000) : lastSeen;
        for (int i = 0; i < count; i++)
        {
            time = random.Next(20) == 0 ? Edge(random) : time + random.Next(1, 900);
            long cost = random.Next(10) == 0 ? Edge(random) : random.Next(1, 4);
            words.AddRange(kind == SnapshotFormat.Log ? [time, cost] : [random.Next(4), random.Next(2), time, cost]);
        }

        return Snapshot.OwningRecord(kind, digest, lastSeen, forgetAt, count, [.. words]);
    }

    private async Task UseAsync(MemoryStore store, Limit limit, Random random)
    {
        Charge[] one = [new("k", limit)], list = [new("k", limit, 2), new("other", Limit.FixedWindow(50, TimeSpan.FromHours(1)))];
        for (int i = 0; i < 4; i++)
        {
            LeaseId lease = new((UInt128)random.Next(1, 4));
            Check(await store.PeekAsync(one));
            Check(await store.AcquireAsync(one));
            Check(await store.AcquireAsync(one[0] with { Cost = Edge(random) & long.MaxValue }));
            Decision entered = await store.EnterAsync(one, lease);
            Check(entered);
            Check(await store.AcquireAsync(list));
            await store.RenewAsync(one, lease);
            await store.ReleaseAsync(one, lease);
            await store.RefundAsync(one, entered);
            await store.ForecastAsync(one, new[] { 1L, 2, 3 });
            _clock.AdvanceMicros(random.Next(3000));
        }

        store.RemoveIdle();
        _clock.SetMicros(Now);
    }

    private static void Check(Decision decision)
    {
        Assert.True(decision.RetryAfter >= TimeSpan.Zero || decision.RetryAfter == Timeout.InfiniteTimeSpan);
        Assert.True(decision.ResetAfter >= TimeSpan.Zero && decision.Delay >= TimeSpan.Zero);
    }

    /// <summary>Refused, with no block of native memory left behind and no more of the managed kind used than that.</summary>
    private string Refuses(byte[] bytes, long mostBytes)
    {
        Snapshot.Refused(bytes, _clock);
        long native = NativeHeap.BytesInUse(), managed = GC.GetAllocatedBytesForCurrentThread();
        string message = Snapshot.Refused(bytes, _clock);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - managed, 0, mostBytes);
        Assert.InRange(NativeHeap.BytesInUse() - native, long.MinValue, 1 << 20);
        return message;
    }

    private static long Edge(Random random) => Edges[random.Next(Edges.Length)];

    private static long Pick(Random random, params long[] values) => values[random.Next(values.Length)];
}
