using Headgate.AspNetCore.Observability;
using Headgate.Conformance;

namespace Headgate.AspNetCore.Tests.Observability;

public sealed class RefusedKeysTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Lists_the_most_refused_first_with_policy_and_name()
    {
        RefusedKeys keys = new(_clock);
        for (int i = 0; i < 5; i++) keys.Add("login", "user:alice");
        for (int i = 0; i < 9; i++) keys.Add("api", "user:alice");
        keys.Add("api", "ip:192.0.2.1");
        Assert.Equal(
            [("api", "user:alice", 9L, 0L), ("login", "user:alice", 5, 0), ("api", "ip:192.0.2.1", 1, 0)],
            keys.Top(10).Select(key => (key.Policy, key.Key, key.Refusals, key.Overcount)));
        Assert.All(keys.Top(10), key => Assert.Equal((CallerId.Of(key.Key), _clock.GetUtcNow()), (key.Caller, key.Since)));
        Assert.Equal("api", Assert.Single(keys.Top(1)).Policy);
        Assert.Empty(keys.Top(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => keys.Top(-1));
        Assert.Equal(15, keys.Total);
    }

    [Fact]
    public void A_list_reaches_back_one_to_two_hours_and_no_further()
    {
        RefusedKeys keys = new(_clock);
        DateTimeOffset start = _clock.GetUtcNow();
        keys.Add("api", "first");
        _clock.Advance(TimeSpan.FromMinutes(90));
        keys.Add("api", "second");
        Assert.Equal((2, start), (keys.Top(10).Count, keys.Since));

        _clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMicroseconds(1));
        Assert.Equal(2, keys.Top(10).Count);
        _clock.AdvanceMicros(1);
        Assert.Equal("second", Assert.Single(keys.Top(10)).Key);
        Assert.Equal(start.AddHours(1), keys.Since);

        _clock.Advance(TimeSpan.FromDays(1));
        Assert.Empty(keys.Top(10));
        Assert.Equal((0, start.AddHours(26)), (keys.Total, keys.Since));
    }

    [Fact]
    public void Summaries_put_together_keep_the_promise_of_one()
    {
        // Two hours of threads on several processors: each counts for itself, and lists put all of it together.
        const int Capacity = 20;
        RefusedKeys keys = new(_clock, Capacity, stripes: 4);
        List<string> exact = [];
        for (int hour = 0; hour < 2; hour++)
        {
            string[][] streams = [.. Enumerable.Range(0, 4).Select(thread => Stream(10 * hour + thread))];
            Parallel.ForEach(streams, stream => Array.ForEach(stream, key => keys.Add("api", key)));
            exact.AddRange(streams.SelectMany(stream => stream));
            if (hour == 0) _clock.Advance(RefusedKeys.Window);
        }

        Dictionary<string, int> times = exact.CountBy(key => key).ToDictionary();
        Dictionary<string, RefusedKey> listed = keys.Top(int.MaxValue).ToDictionary(key => key.Key);
        Assert.Equal(exact.Count, keys.Total);
        Assert.All(listed.Values, key =>
        {
            Assert.InRange(times[key.Key], key.Refusals - key.Overcount, key.Refusals);
            Assert.InRange(key.Overcount, 0, exact.Count / Capacity);
        });
        Assert.All(times.Where(pair => pair.Value > exact.Count / Capacity), pair => Assert.Contains(pair.Key, listed.Keys));
        Assert.Contains(times, pair => pair.Value > exact.Count / Capacity);
    }

    [Fact]
    public void Threads_lose_no_refusal()
    {
        RefusedKeys keys = new(_clock, capacity: 50, stripes: 2);
        Hammer(key => keys.Add("api", key), out int expected);
        Assert.Equal(expected, keys.Total);
        Assert.Equal(expected, keys.Top(int.MaxValue).Sum(key => key.Refusals));
    }

    [Fact]
    public void And_the_test_of_that_would_notice()
    {
        // Wrong on purpose: reads, lets others go first, writes.
        Dictionary<string, long> counts = Enumerable.Range(0, 50).ToDictionary(i => $"user:{i}", _ => 0L);
        int expected = 0;
        for (int round = 0; round < 100 && counts.Values.Sum() == expected; round++)
        {
            foreach (string key in counts.Keys) counts[key] = 0;
            Hammer(
                key =>
                {
                    ref long count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrNullRef(counts, key);
                    long read = Volatile.Read(ref count);
                    Thread.Yield();
                    Volatile.Write(ref count, read + 1);
                },
                out expected);
        }

        Assert.NotEqual(expected, counts.Values.Sum());
    }

    [Fact]
    public void A_known_key_costs_no_bytes()
    {
        RefusedKeys keys = new(_clock, capacity: 10, stripes: 1);
        // The second time is the first that compares keys, and comparers are made when they are first needed.
        for (int i = 0; i < 100; i++) keys.Add("api", "user:alice");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) keys.Add("api", "user:alice");
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>From four threads, each of fifty keys so often.</summary>
    private static void Hammer(Action<string> add, out int expected)
    {
        const int Threads = 4;
        const int Rounds = 400;
        string[] keys = [.. Enumerable.Range(0, 50).Select(i => $"user:{i}")];
        using Barrier start = new(Threads);
        Thread[] threads =
        [
            .. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
            {
                start.SignalAndWait();
                for (int i = 0; i < Rounds; i++) Array.ForEach(keys, add);
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        expected = Threads * Rounds * keys.Length;
    }

    private static string[] Stream(int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, 5_000).Select(_ => $"user:{Math.Min(5_000, (int)(1 / (1 - random.NextDouble())))}")];
    }
}
