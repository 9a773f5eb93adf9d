namespace Headgate.Redis.Tests.Faults;

/// <summary>Tests that break servers under load and measure time: no other runs beside them.</summary>
[CollectionDefinition(nameof(FaultTests), DisableParallelization = true)]
public sealed class FaultTests : ICollectionFixture<RedisCluster>;
