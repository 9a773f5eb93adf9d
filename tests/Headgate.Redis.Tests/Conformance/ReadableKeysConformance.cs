namespace Headgate.Redis.Tests.Conformance;

/// <summary>One Redis, with keys that spell out what they stand for.</summary>
public class ReadableKeysConformance() : RedisConformance(TestServers.Standalone, RedisUnderTest.WithoutDenyCache with { ReadableKeys = true });
