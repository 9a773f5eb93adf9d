using Headgate.AspNetCore.Answers;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>The caches are written without a lock: threads that displace each other's entries all the time still read what they asked for.</summary>
public class CacheTests
{
    private const int Threads = 4;

    [Fact]
    public Task Values_in_one_place_are_never_mixed_up()
    {
        LimitItem item = Assert.Single(LimitItem.Of(Limit.FixedWindow(5_000, TimeSpan.FromHours(1)) with { Name = "api" }, inShadow: false));
        long[] rivals = [.. Enumerable.Range(0, 100_000).Select(n => (long)n).Where(n => ValueCache.PlaceOf(item, n, 7) == ValueCache.PlaceOf(item, 0, 7)).Take(8)];
        string[] expected = [.. rivals.Select(n => Draft11Text.Instance.Limit(item, n, 7))];
        ValueCache cache = new(Draft11Text.Instance);
        return RaceAsync(i => Assert.Equal(expected[i % 8], cache.Of(item, rivals[i % 8], 7).ToString()));
    }

    [Fact]
    public Task Numbers_in_one_place_are_never_mixed_up()
    {
        NumberText numbers = new();
        string[] expected = [.. Enumerable.Range(0, 8).Select(n => $"{n * 256}")];
        return RaceAsync(i => Assert.Equal(expected[i % 8], numbers.Of(i % 8 * 256)));
    }

    private static Task RaceAsync(Action<int> step) => Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
    {
        for (int i = 0; i < 200_000; i++) step((i * ((2 * thread) + 1)) + thread);
    })));
}
