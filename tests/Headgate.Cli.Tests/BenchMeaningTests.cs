using Headgate.Cli.Bench;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Tests;

/// <summary>The sentences below the comparison follow from its numbers.</summary>
public sealed class BenchMeaningTests
{
    private const string Bucket = "token bucket";

    [Fact]
    public void In_memory_they_tell_the_framework_the_limits_and_the_threads()
    {
        Assert.Equal(
            ["In memory a decision of the token bucket takes 200 ns over 1,000 keys, 0.50 of the time of the framework's limiter with its 400 ns, so one thread takes 5.00 million a second.",
                "The quickest of them is the token bucket; the slowest, the leaky bucket, takes 1.50 times as long, 100 ns more.",
                "2 threads together take 1.80 times as many decisions a second as one, 9.00 million, and 3.00 million when all of them ask for one key."],
            Meaning.Of(Memory(200, 300, 400)));
    }

    [Theory]
    [InlineData(200, "0.50 of the time of the framework's limiter")]
    [InlineData(390, "as long as the framework's limiter")]
    [InlineData(800, "2.00 times as long as the framework's limiter")]
    public void A_slower_limiter_is_called_slower(double mean, string words) =>
        Assert.Contains(words, Meaning.Of(Memory(mean, 300, 400))[0], StringComparison.Ordinal);

    [Fact]
    public void Limits_that_are_as_fast_as_each_other_are_said_to_be() =>
        Assert.StartsWith("The limits measured are equally fast, within 5 %", Meaning.Of(Memory(200, 210, 400))[1], StringComparison.Ordinal);

    [Fact]
    public void One_thread_has_a_tail_instead() =>
        Assert.Equal("99 of 100 of its calls took at most 2,000 ns, 10.0 times the median.", Meaning.Of([Memory(200, 300, 400)[0]])[2]);

    [Theory]
    [InlineData(110_000, "1.10 times a PING through the same client, so the way there and back is all that it waits for")]
    [InlineData(130_000, "1.30 times a PING through the same client, so most of it is the way there and back")]
    [InlineData(300_000, "3.00 times a PING through the same client, so deciding adds 200 us to the way there and back")]
    public void Alone_on_redis_the_way_is_told_from_the_work(double p50, string words) =>
        Assert.Contains(words, Meaning.Of(WithRedis(p50, 100_000, 900_000))[1], StringComparison.Ordinal);

    [Theory]
    [InlineData(900_000, "and 900,000 on one hot key, because charges that wait for one key travel as one.")]
    [InlineData(100_000, "and 100,000 on one hot key, so one hot key costs nothing extra.")]
    [InlineData(50_000, "and 50,000 on one hot key, so one hot key is slower than many.")]
    public void Together_on_redis_the_hot_key_is_told_from_the_many(double hot, string words)
    {
        string sentence = Meaning.Of(WithRedis(110_000, 100_000, hot))[2];
        Assert.StartsWith("256 callers together get 100,000 decisions a second over 1,000 keys, 2.00 times what redis-benchmark gets", sentence, StringComparison.Ordinal);
        Assert.EndsWith(words, sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_yardstick_none_is_mentioned() =>
        Assert.DoesNotContain("redis-benchmark", Meaning.Of(WithRedis(110_000, 100_000, 1, yardstick: false))[2], StringComparison.Ordinal);

    private static ComparisonGroup[] Memory(double bucket, double leaky, double framework)
    {
        ComparisonRow[] rows = [Row(Bucket, bucket, 5e6, bucket / framework), Row("leaky bucket", leaky, 4e6, leaky / framework), Row(Framework.Name, framework, 2e6, null)];
        return
        [
            new("one", ComparisonGroup.Memory, 1, 1_000, rows),
            new("many", ComparisonGroup.Memory, 2, 1_000, [rows[0] with { CallsPerSecond = 9e6 }, .. rows[1..]]),
            new("hot", ComparisonGroup.Memory, 2, 1, [rows[0] with { CallsPerSecond = 3e6 }, .. rows[1..]]),
        ];
    }

    private static ComparisonGroup[] WithRedis(double p50, double many, double hot, bool yardstick = true)
    {
        ComparisonRow ping = Row(RedisComparison.Ping, 100_000, 10_000, null);
        ComparisonRow[] beside = yardstick ? [ping, Row(RedisComparison.YardstickRow, 1, 50_000, null)] : [ping];
        return
        [
            .. Memory(200, 300, 400),
            new("alone", ComparisonGroup.Redis, 1, 1_000, [Row(Bucket, p50, 9_000, p50 / 100_000), ping]),
            new("many", ComparisonGroup.Redis, 256, 1_000, [Row(Bucket, 1, many, null), .. beside]),
            new("hot", ComparisonGroup.Redis, 256, 1, [Row(Bucket, 1, hot, null), .. beside]),
        ];
    }

    private static ComparisonRow Row(string subject, double mean, double perSecond, double? ratio) =>
        new(subject, mean, mean, mean * 10, perSecond, ratio, ratio is null ? null : "of it");
}
