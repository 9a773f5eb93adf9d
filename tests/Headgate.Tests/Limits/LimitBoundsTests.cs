using System.Numerics;

namespace Headgate.Tests.Limits;

/// <summary>Both sides of every bound of <see cref="LimitBounds"/>.</summary>
public class LimitBoundsTests
{
    private static readonly Rate Fast = Rate.Per(LimitBounds.MaxReducedPermits, LimitBounds.MinPeriod);
    private static readonly TimeSpan Micro = LimitBounds.MinPeriod;

    public static TheoryData<string> Kinds => ["token_bucket", "leaky_bucket", "fixed_window", "sliding_window", "sliding_log", "concurrency"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Permits(string kind)
    {
        bool isLog = kind == "sliding_log";
        long most = isLog ? LimitBounds.MaxSlidingLogPermits : LimitBounds.MaxPermits;
        Assert.NotNull(WithPermits(kind, 1));
        Assert.NotNull(WithPermits(kind, most));
        foreach (long bad in new[] { 0, -1, long.MinValue, most + 1, long.MaxValue })
            Refusal.OfRange(() => WithPermits(kind, bad), $" {bad}", $"between 1 and {most}");
        Assert.Equal(isLog, Record.Exception(() => WithPermits(kind, LimitBounds.MaxSlidingLogPermits + 1)) is not null);
    }

    [Theory]
    [InlineData("fixed_window")]
    [InlineData("sliding_window")]
    [InlineData("sliding_log")]
    [InlineData("concurrency")]
    public void Windows_and_lease_times(string kind)
    {
        Assert.NotNull(WithWindow(kind, Micro));
        Assert.NotNull(WithWindow(kind, LimitBounds.MaxPeriod));
        Refusal.OfRange(() => WithWindow(kind, TimeSpan.Zero), "00:00:00", "1 microsecond and 36525 days");
        Refusal.OfRange(() => WithWindow(kind, -Micro), "-00:00:00.0000010", "1 microsecond and 36525 days");
        Refusal.OfRange(() => WithWindow(kind, TimeSpan.FromTicks(9)), "00:00:00.0000009", "1 microsecond");
        Refusal.OfRange(() => WithWindow(kind, TimeSpan.FromTicks(15)), "15 ticks", "whole number of microseconds");
        Refusal.OfRange(() => WithWindow(kind, LimitBounds.MaxPeriod + Micro), "36525.00:00:00.0000010", "36525 days");
        Refusal.OfRange(() => WithWindow(kind, LimitBounds.MaxPeriod + TimeSpan.FromTicks(1)), "36525 days");
        Refusal.OfRange(() => WithWindow(kind, TimeSpan.MaxValue), "36525 days");
        Refusal.OfRange(() => WithWindow(kind, Timeout.InfiniteTimeSpan), "36525 days");
    }

    /// <summary>(rate, largest capacity): by the product of capacity and reduced period, or by the time to fill.</summary>
    public static TheoryData<string, long> BucketBounds => new()
    {
        { $"{LimitBounds.MaxReducedPermits}/1000003us", (long)(BigInteger.Pow(2, 61) / 1_000_003) },
        { "4294967295/2048s", (long)(BigInteger.Pow(2, 61) / 409_600_000) },
        { "4294967291/2048us", LimitBounds.MaxPermits },
        { "1/d", 36_525 },
        { "7/d", 7 * 36_525 },
        { "1/36525d", 1 },
        { "1/36524d", 1 },
        { "2/36525d", 2 },
        { "1/2s", 36_525L * 86_400 / 2 },
    };

    [Theory]
    [MemberData(nameof(BucketBounds))]
    public void Bucket_product_and_fill_time(string text, long most)
    {
        Rate rate = Rate.Parse(text);
        Assert.Equal(most, Limit.TokenBucket(most, rate).Capacity);
        Assert.Equal(most, Limit.LeakyBucket(most, rate).Capacity);
        Refusal.OfRange(() => Limit.TokenBucket(most + 1, rate), $"{most + 1}", $"{most}");
        Refusal.OfRange(() => Limit.LeakyBucket(most + 1, rate), $"{most + 1}", $"{most}");
        Refusal.OfFormat(() => Limit.Parse($"token_bucket(capacity={most + 1}, refill={text})"), 22, $"{most + 1}", $"{most}");
    }

    [Fact]
    public void A_rate_too_slow_for_any_bucket_does_not_exist()
    {
        Assert.Equal(1, Limit.TokenBucket(1, Rate.Per(1, LimitBounds.MaxPeriod)).Capacity);
        Assert.Throws<ArgumentOutOfRangeException>(() => Rate.Per(1, LimitBounds.MaxPeriod + Micro));
    }

    [Fact]
    public void Limits_in_a_composite()
    {
        Assert.Single(Limit.AllOf(Window(1)).Limits);
        Assert.Equal(32, Limit.AllOf(Windows(0, 32)).Limits.Count);
        Assert.NotNull(Limit.AllOf(Limit.AllOf(Windows(0, 16)), Limit.AllOf(Windows(16, 16))));
        Refusal.OfRange(() => Limit.AllOf(Windows(0, 33)), "33", "1 to 32");
        Refusal.OfRange(() => Limit.AllOf(Limit.AllOf(Windows(0, 16)), Limit.AllOf(Windows(16, 17))), "33", "1 to 32");
        Refusal.OfArgument(() => Limit.AllOf(), "no limits", "1 to 32");
        Refusal.OfArgument(() => Limit.AllOf(Window(1), null!), "limits[1] is null");
        Assert.Throws<ArgumentNullException>(() => Limit.AllOf(null!));
        Refusal.OfFormat(() => Limit.Parse($"all_of({string.Join("; ", Windows(0, 33).AsEnumerable())})"), 0, "33", "1 to 32");
    }

    [Fact]
    public void Levels_of_composites()
    {
        Limit deepest = Nested(LimitBounds.MaxCompositeDepth);
        Assert.Equal(deepest, Limit.Parse(deepest.ToString()));
        Refusal.OfRange(() => Nested(LimitBounds.MaxCompositeDepth + 1), "9", "8");
        Refusal.OfFormat(() => Limit.Parse($"all_of({deepest})"), 56, "8 levels");

        static Limit Nested(int levels)
        {
            Limit limit = Window(1);
            for (int i = 0; i < levels; i++) limit = Limit.AllOf(limit);
            return limit;
        }
    }

    [Fact]
    public void Name_lengths()
    {
        Assert.Equal("n", (Window(1) with { Name = "n" }).Name);
        Assert.Equal(128, (Window(1) with { Name = new string('n', 128) }).Name!.Length);
        Assert.Null((Window(1) with { Name = null }).Name);
        Refusal.OfRange(() => Window(1) with { Name = "" }, "0 characters", "1 to 128");
        Refusal.OfRange(() => Window(1) with { Name = new string('n', 129) }, "129 characters", "1 to 128");
    }

    [Fact]
    public void Name_characters()
    {
        for (int c = 0; c <= 0x2FF; c++)
        {
            string name = $"a{(char)c}z";
            bool good = c is >= ' ' and <= '~' and not '"' and not '\\';
            if (good) Assert.Equal(name, (Window(1) with { Name = name }).Name);
            else Refusal.OfRange(() => Window(1) with { Name = name }, $"U+{c:X4} at position 1", "printable ASCII");
        }

        Refusal.OfRange(() => Window(1) with { Name = "\uD83D\uDE00" }, "U+D83D at position 0", "printable ASCII");
    }

    private static Limit WithPermits(string kind, long permits) => kind switch
    {
        "token_bucket" => Limit.TokenBucket(permits, Fast),
        "leaky_bucket" => Limit.LeakyBucket(permits, Fast),
        "concurrency" => Limit.Concurrency(permits),
        _ => WindowOf(kind, permits, TimeSpan.FromSeconds(1)),
    };

    private static Limit WithWindow(string kind, TimeSpan window) =>
        kind == "concurrency" ? Limit.Concurrency(1, window) : WindowOf(kind, 1, window);

    private static Limit WindowOf(string kind, long permits, TimeSpan window) => kind switch
    {
        "fixed_window" => Limit.FixedWindow(permits, window),
        "sliding_window" => Limit.SlidingWindow(permits, window),
        _ => Limit.SlidingLog(permits, window),
    };

    private static Limit Window(int permits) => Limit.FixedWindow(permits, TimeSpan.FromSeconds(1));

    private static Limit[] Windows(int from, int count) => [.. Enumerable.Range(from + 1, count).Select(Window)];
}
