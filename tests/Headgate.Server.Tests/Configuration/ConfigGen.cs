using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Tenants;

namespace Headgate.Server.Tests.Configuration;

/// <summary>Generated leaves, and chains of changes over few enough ids that they meet.</summary>
internal static class ConfigGen
{
    private static readonly string[] Ids = ["acme", "a/b", "quote\"s", "line\nend", "日本", "\u2028", "😀", "a", "%2F", " ", "\0", "crc 00000000\n"];

    public static Gen<string> Id { get; } = Gen.Elements(Ids);

    public static Gen<ActionRule> Rule { get; } = Gen.OneOf(
        from algorithm in Gen.Choose(0, (int)Algorithm.Hybrid)
        from max in Gen.Elements(1L, 7, 100, 1_000_000)
        from window in Gen.Elements(1L, 100_000, 1_500_000, 60_000_000, 86_400_000_000)
        from burst in Gen.Elements<long?>(null, 1, 5, 1000)
        select Make((Algorithm)algorithm, max, TimeSpan.FromMicroseconds(window), burst),
        Gen.Elements("token_bucket(capacity=10, refill=1/s)", "all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=1000, window=1d))").Select(ActionRule.Custom));

    public static Gen<GlobalSettings> Global { get; } =
        from requests in Gen.Choose(1, 100_000)
        from queue in Gen.Choose(0, 100_000)
        from micros in Gen.Choose(1, 2_000_000_000)
        from rule in Rule
        from mode in Gen.Choose(0, 2)
        select new GlobalSettings
        {
            MaxGlobalConcurrentRequests = requests,
            MaxTenantQueueSize = queue,
            QueueTimeout = TimeSpan.FromMicroseconds(micros),
            DefaultRule = rule.Algorithm == Algorithm.Custom ? new GlobalSettings().DefaultRule : rule,
            OnStoreFailure = (FailureMode)mode,
        };

    public static Gen<TenantSettings> Settings { get; } =
        from weight in Gen.Choose(1, 1000)
        from queue in Gen.Elements<int?>(null, 0, 100_000)
        from mode in Gen.Elements<FailureMode?>(null, FailureMode.Open, FailureMode.Closed, FailureMode.Local)
        select new TenantSettings { Weight = weight, MaxQueueSize = queue, OnStoreFailure = mode };

    public static Gen<AccessKey> Key(string id) =>
        from role in Gen.Choose(0, 3)
        from tenant in Gen.OneOf(Gen.Constant<string?>(null), Id.Select(name => (string?)name))
        from second in Gen.Choose(0, 2_000_000_000)
        from rotated in Gen.Elements(true, false)
        select new AccessKey
        {
            Id = id,
            Name = "of " + id,
            Role = (KeyRole)role,
            Tenant = tenant,
            Hash = new string('a', 64),
            PreviousHash = rotated ? new string('b', 64) : null,
            PreviousUntil = rotated ? DateTimeOffset.UnixEpoch.AddSeconds(second).AddTicks(3) : null,
            CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(second),
            ExpiresAt = rotated ? null : DateTimeOffset.UnixEpoch.AddSeconds(second).AddMicroseconds(1),
        };

    public static Gen<(NodeAddress At, ConfigNode Node)> Leaf { get; } = Gen.OneOf(
        Global.Select(node => (NodeAddress.Global, (ConfigNode)node)),
        from tenant in Id from node in Settings select (NodeAddress.OfTenant(tenant), (ConfigNode)node),
        from tenant in Id from action in Id from node in Rule select (NodeAddress.OfAction(tenant, action), (ConfigNode)node),
        from tenant in Id from client in Id from action in Id from node in Rule select (NodeAddress.OfClientAction(tenant, client, action), (ConfigNode)node),
        from id in Id from node in Key(id) select (NodeAddress.OfKey(id), (ConfigNode)node));

    /// <summary>What is set, or taken away where it is null.</summary>
    public static Gen<(NodeAddress At, ConfigNode? Node)> Step { get; } =
        from leaf in Leaf
        from gone in Gen.Choose(0, 3)
        select (leaf.At, gone == 0 && leaf.At.Kind != NodeKind.Global ? null : leaf.Node);

    /// <summary>A chain of configurations, each made of the one before by some steps.</summary>
    public static Arbitrary<Chain> Chains { get; } = (
        from groups in Gen.ListOf(Gen.NonEmptyListOf(Step))
        select Chain.Of([.. groups.Select(steps => steps.ToArray())])).ToArbitrary();

    private static ActionRule Make(Algorithm algorithm, long max, TimeSpan window, long? burst) =>
        ActionRule.Create(algorithm, max, window, algorithm is Algorithm.TokenBucket or Algorithm.LeakyBucket or Algorithm.Hybrid ? burst : null);
}

/// <summary>Changes that follow one another, with the configuration before each and after the last.</summary>
internal sealed record Chain(ImmutableArray<ConfigChange> Changes, ImmutableArray<ServiceConfig> Configs)
{
    public ServiceConfig Last => Configs[^1];

    public static Chain Of((NodeAddress At, ConfigNode? Node)[][] groups)
    {
        List<ConfigChange> changes = [];
        List<ServiceConfig> configs = [ServiceConfig.Empty];
        foreach ((NodeAddress At, ConfigNode? Node)[] group in groups)
        {
            ServiceConfig config = configs[^1];
            // One edit a leaf: a change says of each what it was and what it is.
            ImmutableArray<ConfigEdit> edits = [.. group.GroupBy(step => step.At).Select(steps => new ConfigEdit(steps.Key, ConfigEdits.Find(config, steps.Key), steps.Last().Node))];
            ConfigChange change = new(config.Version + 1, DateTimeOffset.UnixEpoch.AddSeconds(config.Version), "somebody", "PUT \"something\"\n", edits);
            changes.Add(change);
            configs.Add(ConfigEdits.Apply(config, change));
        }

        return new Chain([.. changes], [.. configs]);
    }

    public override string ToString() => string.Join("; ", Changes.Select(change => $"{change.Version}: {string.Join(", ", change.Edits)}"));
}
