using System.Globalization;
using System.Numerics;

namespace Headgate.Tests.Limits;

public class RateTests
{
    private const long Second = 1_000_000, Minute = 60 * Second, Day = 86_400 * Second;

    [Theory]
    [InlineData("0.5/s", 1, 2 * Second)]
    [InlineData("1/30s", 1, 30 * Second)]
    [InlineData("5/min", 5, Minute)]
    [InlineData("1000000/s", 1_000_000, Second)]
    [InlineData("7/day", 7, Day)]
    [InlineData("7/d", 7, Day)]
    [InlineData("1000/h", 1000, 60 * Minute)]
    [InlineData("2.50/2.5s", 5, 5 * Second)]
    [InlineData("1/0.001ms", 1, 1)]
    [InlineData(" 3 / 2 w ", 3, 14 * Day)]
    [InlineData("1/µs", 1, 1)]
    [InlineData("0.000000000000001/us", 1, 1_000_000_000_000_000)]
    public void Text_is_read_exactly(string text, long permits, long periodMicros)
    {
        Rate rate = Rate.Parse(text);
        Assert.Equal(permits, rate.Permits);
        Assert.Equal(periodMicros, rate.Period.Ticks / TimeSpan.TicksPerMicrosecond);
        Assert.True(Rate.TryParse(text, out Rate tried));
        Assert.Equal(rate, tried);
        Assert.Equal(rate, Rate.Parse(rate.ToString()));
    }

    [Fact]
    public void A_decimal_rate_is_the_fraction_it_says()
    {
        Assert.Equal(Rate.Per(1, TimeSpan.FromSeconds(2)), Rate.PerSecond(0.5m));
        Assert.Equal(Rate.Per(1, TimeSpan.FromSeconds(3_000)), Rate.Parse("1/3000s"));
        Assert.Equal(Rate.Per(1, TimeSpan.FromSeconds(1)), Rate.PerSecond(1.0000m));
        Assert.Equal(Rate.Per(333, TimeSpan.FromSeconds(1_000)), Rate.PerSecond(0.333m));
        Assert.Equal(Rate.Per(1_234_567, TimeSpan.FromSeconds(1)), Rate.PerSecond(1_234_567m));
    }

    [Fact]
    public void The_short_forms_are_the_long_one()
    {
        Assert.Equal(Rate.Per(9, TimeSpan.FromSeconds(1)), Rate.PerSecond(9));
        Assert.Equal(Rate.Per(9, TimeSpan.FromMinutes(1)), Rate.PerMinute(9));
        Assert.Equal(Rate.Per(9, TimeSpan.FromHours(1)), Rate.PerHour(9));
        Assert.Equal(Rate.Per(9, TimeSpan.FromDays(1)), Rate.PerDay(9));
    }

    [Theory]
    [InlineData("5/min", "5/min")]
    [InlineData("5/60s", "5/min")]
    [InlineData("1/30s", "1/30s")]
    [InlineData("7/day", "7/d")]
    [InlineData("1/1500us", "1/1500us")]
    [InlineData("1/1500ms", "1/1500ms")]
    [InlineData("0.5/s", "1/2s")]
    public void Is_written_in_the_largest_unit_that_is_exact(string text, string written) =>
        Assert.Equal(written, Rate.Parse(text).ToString());

    /// <summary>A decision counts, not a text: after the emission interval, and not one microsecond before, one more permit is there.</summary>
    [Theory]
    [InlineData("0.5/s")]
    [InlineData("1/30s")]
    [InlineData("5/min")]
    [InlineData("1000000/s")]
    [InlineData("7/day")]
    public async Task A_permit_is_back_after_exactly_its_interval(string text)
    {
        Rate rate = Rate.Parse(text);
        Headgate.Conformance.FakeClock clock = new();
        using MemoryStore store = new(clock);
        Limiter limiter = new(Limit.TokenBucket(7, rate), store);
        Assert.True(limiter.Acquire("k", 7).IsAllowed);
        long spent = clock.Micros;
        for (int k = 1; k <= 7; k++)
        {
            long due = (long)Ceiling((BigInteger)k * rate.Period.Ticks / TimeSpan.TicksPerMicrosecond, rate.Permits, (BigInteger)k * rate.Period.Ticks / 10);
            clock.SetMicros(spent + due - 1);
            Assert.Equal(k - 1, (await limiter.PeekAsync("k", 0)).Remaining);
            clock.SetMicros(spent + due);
            Assert.Equal(k, (await limiter.PeekAsync("k", 0)).Remaining);
        }

        static BigInteger Ceiling(BigInteger _, long divisor, BigInteger micros) => (micros + divisor - 1) / divisor;
    }

    [Fact]
    public void Equal_numbers_are_equal_rates_and_only_those()
    {
        Assert.Equal(Rate.PerMinute(60), Rate.Parse("60/min"));
        Assert.Equal(Rate.PerMinute(60).GetHashCode(), Rate.Parse("60/min").GetHashCode());
        Assert.NotEqual(Rate.PerMinute(60), Rate.PerSecond(1));
        Assert.NotEqual(Rate.PerSecond(1), Rate.PerSecond(2));
    }

    [Fact]
    public void No_rate_says_so_and_is_refused_by_limits()
    {
        Assert.Equal("none", default(Rate).ToString());
        Refusal.OfRange(() => Limit.TokenBucket(1, default), "default(Rate)", "no rate");
        Refusal.OfRange(() => Limit.LeakyBucket(1, default), "default(Rate)", "no rate");
    }

    [Fact]
    public void Both_sides_of_the_bound_on_permits()
    {
        Assert.Equal(1, Rate.Per(1, TimeSpan.FromSeconds(1)).Permits);
        Assert.Equal(LimitBounds.MaxPermits, Rate.Per(LimitBounds.MaxPermits, TimeSpan.FromDays(1)).Permits);
        foreach (long bad in new[] { 0, -1, long.MinValue, LimitBounds.MaxPermits + 1, long.MaxValue })
            Refusal.OfRange(() => Rate.Per(bad, TimeSpan.FromDays(1)), Text(bad), "between 1 and 1000000000000000");
    }

    [Fact]
    public void Both_sides_of_the_bounds_on_the_period()
    {
        Assert.Equal(1, Rate.Per(1, LimitBounds.MinPeriod).Permits);
        Assert.Equal(1, Rate.Per(1, LimitBounds.MaxPeriod).Permits);
        Refusal.OfRange(() => Rate.Per(1, TimeSpan.Zero), "00:00:00", "1 microsecond and 36525 days");
        Refusal.OfRange(() => Rate.Per(1, TimeSpan.FromTicks(9)), "1 microsecond and 36525 days");
        Refusal.OfRange(() => Rate.Per(1, TimeSpan.FromTicks(11)), "11 ticks", "whole number of microseconds");
        Refusal.OfRange(() => Rate.Per(1, TimeSpan.FromSeconds(-1)), "-00:00:01", "1 microsecond and 36525 days");
        Refusal.OfRange(() => Rate.Per(1, LimitBounds.MaxPeriod + LimitBounds.MinPeriod), "36525.00:00:00.0000010", "36525 days");
        Refusal.OfRange(() => Rate.Per(1, TimeSpan.MaxValue), "36525 days");
    }

    [Fact]
    public void Both_sides_of_the_bound_on_reduced_permits()
    {
        TimeSpan micro = LimitBounds.MinPeriod;
        const long Bound = LimitBounds.MaxReducedPermits;
        Assert.Equal(((uint)Bound, 1L), Rate.Per(Bound, micro).Reduced());
        Assert.Equal(((uint)1 << 31, 1L), Rate.Per(Bound + 1, 2 * micro).Reduced());
        Refusal.OfRange(() => Rate.Per(Bound + 1, micro), Text(Bound + 1), Text(Bound));
        Refusal.OfRange(() => Rate.Per(Bound + 2, 2 * micro), Text(Bound + 2), Text(Bound));
        Refusal.OfFormat(() => Rate.Parse("4294967296/us"), 0, "4294967296", Text(Bound));
    }

    [Fact]
    public void Both_sides_of_the_bounds_on_decimals()
    {
        Assert.Equal(TimeSpan.FromSeconds(1_000_000_000), Rate.PerSecond(0.000000001m).Period);
        Refusal.OfRange(() => Rate.PerSecond(0.0000000001m), "0.0000000001", "36525 days");
        Refusal.OfRange(() => Rate.PerSecond(0.0000000000000000000000000001m), "36525 days");
        Refusal.OfRange(() => Rate.PerSecond(0m), "is 0", "above 0");
        Refusal.OfRange(() => Rate.PerSecond(-0.5m), "-0.5", "above 0");
        Refusal.OfRange(() => Rate.PerSecond(decimal.MaxValue), Text(decimal.MaxValue), "1000000000000000");
        Refusal.OfRange(() => Rate.PerSecond(decimal.MinValue), Text(decimal.MinValue), "above 0");
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("x", 0)]
    [InlineData("5", 1)]
    [InlineData("5/", 2)]
    [InlineData("5/fortnight", 2)]
    [InlineData("5/s!", 3)]
    [InlineData("-5/s", 0)]
    [InlineData("5.5.5/s", 3)]
    [InlineData("0/s", 0)]
    [InlineData("0.0/s", 0)]
    [InlineData("1/0s", 2)]
    [InlineData("1/36526d", 2)]
    [InlineData("1/0.5us", 2)]
    [InlineData("1e3/s", 1)]
    [InlineData("99999999999999999999/s", 0)]
    [InlineData("0.0000000000000001/s", 0)]
    [InlineData("1000000000000001/s", 0)]
    [InlineData("1/ 99999999999999999999s", 3)]
    public void Unreadable_text_is_refused_at_its_place(string text, int position)
    {
        Refusal.OfFormat(() => Rate.Parse(text), position, "a rate", "Example: 100/s");
        Assert.False(Rate.TryParse(text, out _));
    }

    [Fact]
    public void No_text_is_not_a_rate()
    {
        Assert.Throws<ArgumentNullException>(() => Rate.Parse(null!));
        Assert.False(Rate.TryParse(null, out _));
    }

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
