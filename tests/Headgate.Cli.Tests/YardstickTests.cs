using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;
using StackExchange.Redis;

namespace Headgate.Cli.Tests;

/// <summary>redis-benchmark sends what the store would send, and is understood.</summary>
public sealed class YardstickTests
{
    [Fact]
    public void Its_last_line_is_read_from_the_end()
    {
        YardstickReading reading = Yardstick.Read(
            "\"test\",\"rps\",\"avg_latency_ms\",\"min_latency_ms\",\"p50_latency_ms\",\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\r\n"
            + "\"EVALSHA 8f42 1 hg1{a\"b,c}__rand_int__\",\"336700.34\",\"2.191\",\"0.472\",\"2.207\",\"2.679\",\"3.479\",\"3.959\"\r\n");
        Assert.Equal(new YardstickReading(336700.34, 2_191_000, 2_207_000, 3_479_000), reading);
    }

    [Fact]
    public void What_it_says_else_is_no_reading() =>
        Assert.Contains("said what is not understood", Assert.Throws<InvalidOperationException>(() => Yardstick.Read("Could not connect")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Its_call_charges_one_permit_as_the_store_would()
    {
        RedisBed? bed = await RedisBed.TryOpenAsync(RedisArgument.Parse(TestRedis.Standalone), reason => Assert.Fail(reason));
        await using (bed!)
        {
            YardstickCall call = YardstickCall.Create(bed!);
            Charge charge = new("", LimitChoice.TokenBucket.Limit);
            Headgate.Redis.RedisStore store = bed!.NewStore();
            Assert.Equal([call.Key], store.KeysOf(charge));
            await bed.Database.ScriptEvaluateAsync(call.ScriptWithArgument, [(RedisKey)call.Key], [(RedisValue)"placeholder"]);
            Decision decision = await store.PeekAsync(new[] { charge }, TestContext.Current.CancellationToken);
            Assert.Equal(decision.Limit - 1, decision.Remaining);
        }

        Assert.Empty(await TestRedis.KeysAsync(bed!.Prefix));
    }
}
