namespace Headgate.Redis.Tests.Conformance;

/// <summary>Three masters: lists may span slots and servers.</summary>
public class ClusterConformance() : RedisConformance(TestServers.Cluster, RedisUnderTest.WithoutDenyCache);
