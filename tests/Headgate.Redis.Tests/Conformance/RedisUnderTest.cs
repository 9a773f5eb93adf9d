using Headgate.Conformance;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>A new, empty Redis store whose scripts take a time that the test sets.</summary>
internal static class RedisUnderTest
{
    public static RedisStoreOptions WithoutDenyCache { get; } = new() { DenyCacheSize = 0 };

    /// <summary>
    /// On the shared connection, under a prefix of its own. Denials are not remembered locally unless the options have a size for that, as
    /// their clock is not the one that the test sets.
    /// </summary>
    public static async Task<StoreUnderTest> CreateAsync(TestServer server, RedisStoreOptions? options = null)
    {
        long now = FakeClock.DefaultStartMicros;
        LastWord log = new();
        RedisStoreOptions tested = (options ?? WithoutDenyCache) with { ScriptTime = () => Volatile.Read(ref now), Logger = log };
        return new StoreUnderTest(new AnsweringStore(await server.StoreAsync(tested), log), micros => Volatile.Write(ref now, micros), ClockControl.Full);
    }
}
