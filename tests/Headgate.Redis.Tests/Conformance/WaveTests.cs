using FsCheck;
using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Model;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>
/// Calls made at once travel together, merged where they are for one key, and are answered as memory answers the same calls one after another
/// in the order in which they were made: first come, first served, exactly.
/// </summary>
public class WaveTests
{
    [Fact]
    public void Merged_and_batched_charges_are_answered_as_one_after_another() => Check(TestServers.Standalone, Waves.Generate(lists: false), 150);

    [Fact]
    public void Batched_lists_are_answered_as_one_after_another() => Check(TestServers.Standalone, Waves.Generate(lists: true), 150);

    [Fact]
    public void Merged_and_batched_charges_are_answered_as_one_after_another_by_a_cluster() =>
        Check(TestServers.Cluster, Waves.Generate(lists: false), 60);

    [Fact]
    public void Answers_in_another_order_are_noticed()
    {
        Exception found = Assert.ThrowsAny<Exception>(() => PropertyCheck.ForAll(Waves.Generate(lists: false), async waves =>
        {
            FakeClock clock = new();
            using MemoryStore store = new(clock);
            await CompareAsync(waves, clock.SetMicros, calls => LastComeFirstServedAsync(store, calls));
        }));
        Assert.Contains("memory answered", found.ToString(), StringComparison.Ordinal);
    }

    private static void Check(TestServer server, Arbitrary<Waves> waves, int tests) =>
        PropertyCheck.ForAll(waves, async drawn =>
        {
            await using StoreUnderTest redis = await RedisUnderTest.CreateAsync(server, drawn.Options);
            await CompareAsync(drawn, redis.SetTime, calls => AtOnceAsync(redis.Store, calls));
        }, tests);

    private static async Task CompareAsync(Waves waves, Action<long> setTime, Func<IReadOnlyList<Charge[]>, Task<Decision[]>> answer)
    {
        FakeClock clock = new();
        using MemoryStore memory = new(clock);
        for (int w = 0; w < waves.All.Count; w++)
        {
            Wave wave = waves.All[w];
            clock.AdvanceMicros(wave.After);
            setTime(clock.Micros);
            Decision[] answered = await answer(wave.Calls);
            for (int i = 0; i < answered.Length; i++)
            {
                ModelDecision expected = ModelDecision.From(await memory.AcquireAsync(wave.Calls[i]));
                ModelDecision actual = ModelDecision.From(answered[i]);
                Assert.True(expected == actual, $"wave {w}, call {i}: memory answered {expected}, Redis {actual}");
            }
        }
    }

    private static Task<Decision[]> AtOnceAsync(IRateLimitStore store, IReadOnlyList<Charge[]> calls)
    {
        List<Task<Decision>> pending = [];
        foreach (Charge[] call in calls)
            pending.Add(call.Length == 1 ? store.AcquireAsync(call[0]).AsTask() : store.AcquireAsync(call).AsTask());
        return Task.WhenAll(pending);
    }

    private static async Task<Decision[]> LastComeFirstServedAsync(MemoryStore store, IReadOnlyList<Charge[]> calls)
    {
        Decision[] decisions = new Decision[calls.Count];
        for (int i = calls.Count - 1; i >= 0; i--) decisions[i] = await store.AcquireAsync(calls[i]);
        return decisions;
    }
}
