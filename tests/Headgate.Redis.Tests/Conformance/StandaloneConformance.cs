namespace Headgate.Redis.Tests.Conformance;

/// <summary>One Redis.</summary>
public class StandaloneConformance() : RedisConformance(TestServers.Standalone, RedisUnderTest.WithoutDenyCache);
