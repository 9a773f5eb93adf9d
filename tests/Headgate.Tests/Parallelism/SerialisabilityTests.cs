using Bug = Headgate.Tests.Parallelism.BrokenCounter.Bug;

namespace Headgate.Tests.Parallelism;

/// <summary>Law 11. Each scenario first finds a planted bug, and only then is its silence about the store worth something.</summary>
public class SerialisabilityTests
{
    [Fact]
    public async Task Two_hundred_callers_on_a_bucket_of_100_get_exactly_100()
    {
        await Scenarios.MustFire(_ => Scenarios.TwoHundredForOneHundred(() => new BrokenCounter(100, Bug.LostUpdate)));
        for (int i = 0; i < 50; i++) Assert.Null(await Scenarios.TwoHundredForOneHundred(() => new RealCounter(100)));
    }

    [Fact]
    public async Task Lists_of_several_keys_are_charged_whole_and_lose_nothing()
    {
        foreach (Bug bug in Enum.GetValues<Bug>()) await Scenarios.MustFire(_ => Scenarios.MixedLists(() => new BrokenCounter(150, bug), 150));
        for (int i = 0; i < 30; i++) Assert.Null(await Scenarios.MixedLists(() => new RealCounter(150), 150));
    }

    [Fact]
    public async Task Small_histories_have_a_serial_order()
    {
        foreach (Bug bug in Enum.GetValues<Bug>()) await Scenarios.MustFire(seed => Scenarios.SmallHistory(() => new BrokenCounter(6, bug), 6, seed));
        for (int seed = 0; seed < 300; seed++) Assert.Null(await Scenarios.SmallHistory(() => new RealCounter(6), 6, seed));
    }

    [Theory]
    [InlineData("token_bucket")]
    [InlineData("leaky_bucket")]
    [InlineData("fixed_window")]
    [InlineData("sliding_window")]
    [InlineData("sliding_log")]
    [InlineData("concurrency")]
    public async Task Of_200_parallel_tasks_exactly_100_get_one_permit_of_every_limit(string kind)
    {
        using MemoryStore store = new(new Headgate.Conformance.FakeClock());
        Limiter limiter = new(OneOfEach.Of(kind, 100, 1000), store);
        for (int round = 0; round < 10; round++)
        {
            string key = $"{round}";
            Decision[] decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => limiter.Acquire(key)))).InTime();
            Assert.Equal(100, decisions.Count(d => d.IsAllowed));
            Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), decisions.Where(d => d.IsAllowed).Select(d => d.Remaining).Order());
        }
    }
}
