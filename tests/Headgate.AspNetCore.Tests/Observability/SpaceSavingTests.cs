using FsCheck;
using FsCheck.Fluent;
using Headgate.AspNetCore.Observability;
using Headgate.Conformance.Generation;

namespace Headgate.AspNetCore.Tests.Observability;

/// <summary>What the summary promises, against exact counts.</summary>
public sealed class SpaceSavingTests
{
    [Fact]
    public void Any_stream_is_counted_as_promised()
    {
        Gen<(int Capacity, List<int> Keys)> streams =
            from capacity in Gen.Choose(1, 12)
            from kinds in Gen.Choose(1, 40)
            from keys in Gen.Choose(0, kinds).ListOf(300)
            select (capacity, keys.ToList());
        PropertyCheck.ForAll(Arb.From(streams), stream => Check(stream.Capacity, stream.Keys), tests: 500);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(100)]
    public void Streams_made_to_mislead_are_counted_as_promised(int capacity)
    {
        // Everybody new: each pushes another out.
        Check(capacity, Enumerable.Range(0, 5_000));

        // One more than there is room for, around and around: whoever comes has just been pushed out.
        Check(capacity, Enumerable.Range(0, 5_000).Select(i => i % (capacity + 1)));

        // A few often, hidden among those who come once; early, late, and throughout.
        Check(capacity, Enumerable.Repeat(-1, 500).Concat(Enumerable.Range(0, 5_000)));
        Check(capacity, Enumerable.Range(0, 5_000).Concat(Enumerable.Repeat(-1, 500)));
        Check(capacity, Enumerable.Range(0, 5_000).Select(i => i % 7 == 0 ? -1 - (i % 3) : i));

        // Each twice as often as the one before it, the rarest last.
        Check(capacity, Enumerable.Range(0, 12).SelectMany(key => Enumerable.Repeat(key, 1 << (12 - key))));

        // As real callers: few often, many seldom.
        Random random = new(7);
        Check(capacity, Enumerable.Range(0, 20_000).Select(_ => (int)(1 / (1 - random.NextDouble()))));
    }

    [Fact]
    public void With_room_for_all_every_count_is_exact()
    {
        SpaceSaving<int> summary = new(100);
        for (int key = 0; key < 100; key++)
        {
            for (int i = 0; i <= key; i++) summary.Add(key);
        }

        List<SpaceSaving<int>.Entry> entries = [];
        summary.CopyTo(entries);
        Assert.Equal(Enumerable.Range(0, 100).Reverse().Select(key => new SpaceSaving<int>.Entry(key, key + 1, 0)), entries);
    }

    [Fact]
    public void The_check_finds_a_count_that_is_wrong()
    {
        int[] stream = [1, 1, 1, 2, 2, 3];
        SpaceSaving<int>.Entry[] right = [new(1, 3, 0), new(3, 3, 2)];
        Guarantees.Hold(stream, 2, 3, right);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Guarantees.Hold(stream, 2, 3, [new(1, 3, 0), new(3, 3, 0)]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Guarantees.Hold(stream, 2, 3, [new(1, 2, 0), new(3, 4, 2)]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Guarantees.Hold([.. stream, 1], 2, 3, [new(2, 4, 2), new(3, 3, 2)]));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Guarantees.Hold(stream, 2, 4, right));
    }

    [Fact]
    public void Neither_a_known_key_nor_one_that_pushes_another_out_costs_bytes()
    {
        SpaceSaving<string> summary = new(1_000);
        string[] keys = [.. Enumerable.Range(0, 2_000).Select(i => $"user:{i}")];
        for (int i = 0; i < keys.Length; i++) summary.Add(keys[i / 2]);
        Assert.Equal(0, LeastBytes(() => AddTwiceEach(summary, keys)));
    }

    [Fact]
    public void The_measure_of_bytes_finds_one_allocation_in_a_round()
    {
        object? kept = null;
        Assert.InRange(LeastBytes(() => kept = new object()), 16, 64);
        Assert.NotNull(kept);
    }

    private static void AddTwiceEach(SpaceSaving<string> summary, string[] keys)
    {
        for (int i = 0; i < 10_000; i++) summary.Add(keys[i / 2 % keys.Length]);
    }

    /// <summary>Of several rounds, since the runtime may allocate on this thread while it compiles; what a round itself costs, each of them costs.</summary>
    private static long LeastBytes(Action round)
    {
        long least = long.MaxValue;
        for (int i = 0; i < 10; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            round();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Check(int capacity, IEnumerable<int> stream)
    {
        int[] keys = [.. stream];
        SpaceSaving<int> summary = new(capacity);
        foreach (int key in keys) summary.Add(key);
        List<SpaceSaving<int>.Entry> entries = [];
        summary.CopyTo(entries);
        Assert.Equal(keys.Length, summary.Total);
        Assert.Equal(entries.Count, summary.Count);
        Assert.Equal(entries.OrderByDescending(entry => entry.Count).Select(entry => entry.Count), entries.Select(entry => entry.Count));
        Guarantees.Hold(keys, capacity, summary.Floor, entries);
    }
}

/// <summary>The promises of Space-Saving as a check of its counters.</summary>
internal static class Guarantees
{
    public static void Hold<TKey>(IReadOnlyCollection<TKey> stream, int capacity, long floor, IReadOnlyCollection<SpaceSaving<TKey>.Entry> entries)
        where TKey : notnull
    {
        Dictionary<TKey, long> exact = stream.CountBy(key => key).ToDictionary(pair => pair.Key, pair => (long)pair.Value);
        Dictionary<TKey, SpaceSaving<TKey>.Entry> counted = entries.ToDictionary(entry => entry.Key);
        Assert.InRange(entries.Count, 0, capacity);
        Assert.Equal(stream.Count, entries.Sum(entry => entry.Count));
        Assert.InRange(floor, 0, stream.Count / capacity);
        foreach (SpaceSaving<TKey>.Entry entry in entries)
        {
            Assert.InRange(exact.GetValueOrDefault(entry.Key), entry.Count - entry.Overcount, entry.Count);
            Assert.InRange(entry.Overcount, 0, floor);
        }

        foreach ((TKey key, long times) in exact)
        {
            if (times * capacity > stream.Count) Assert.Contains(key, counted.Keys);
            if (!counted.ContainsKey(key)) Assert.InRange(times, 0, floor);
        }
    }
}
