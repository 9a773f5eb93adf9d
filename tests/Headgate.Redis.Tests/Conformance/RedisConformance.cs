using Headgate.Conformance;

namespace Headgate.Redis.Tests.Conformance;

/// <summary>The suite that every store must pass, on one of the run's servers: scripts take the suite's time, and every store has a prefix of its own.</summary>
public abstract class RedisConformance(TestServer server, RedisStoreOptions options) : StoreConformance
{
    protected override int GeneratedTraces => 20;

    protected override async ValueTask<StoreUnderTest> CreateStoreAsync() => await RedisUnderTest.CreateAsync(server, options);
}
