using Headgate.Benchmarks.Memory;
using Headgate.Benchmarks.Rows;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Benchmarks;

/// <summary>Every row, with its targets.</summary>
internal static class Catalogue
{
    private const int SomeKeys = 100_000;
    private const int ManyKeys = 1_000_000;

    private const string Ours = HeadgateLimits.Name;

    public static IReadOnlyList<DecisionRow> Decisions { get; } =
    [
        new("hot", "one hot key, one thread", _ => WithLoop(Scenarios.Hot(1)),
            DecisionTarget.AtMost(Ours, Framework.Name, 0.55),
            DecisionTarget.AtMost(Ours, Floor.Name, 1.25), DecisionTarget.NoBytes(Ours)),
        new("random", "100,000 random keys, one thread", mode => WithLoop(Scenarios.Random(mode.Scale(SomeKeys), 1)),
            DecisionTarget.AtMost(Ours, Framework.Name, 0.35),
            DecisionTarget.Below(Ours, Floor.Name, 1), DecisionTarget.NoBytes(Ours)),
        new("hot-2", "one hot key, two threads", _ => WithLoop(Scenarios.Hot(2)),
            DecisionTarget.AtMost(Ours, Framework.Name, 0.4), DecisionTarget.NoBytes(Ours)),
        new("random-2", "1,000,000 random keys, two threads", mode => WithLoop(Scenarios.Random(mode.Scale(ManyKeys), 2)),
            DecisionTarget.AtMost(Ours, Framework.Name, 0.35), DecisionTarget.NoBytes(Ours)),
        new("denied", "one hot key that is denied, one thread", _ => Scenarios.Denied(1), DecisionTarget.NoBytes(Ours)),
        new("limits", "every limit beside the token bucket, one hot key, one thread", _ => Scenarios.Limits(),
            [.. LimitTargets()])
        {
            Note = "Concurrency: the time of one call, half of an enter and a release under a lease, through the store's list of "
                + "charges. Sliding log, as many leave as come: about 1,000 entries in its window.",
        },
        new("lists", "two charges on two keys in one decision", _ => Scenarios.Lists(),
            DecisionTarget.AtMost(HeadgateLimits.TwoCharges, HeadgateLimits.OneCharge, 2.5),
            DecisionTarget.NoBytes(HeadgateLimits.TwoCharges)),
    ];

    public static IReadOnlyList<IRow> All(string? executable) =>
    [
        .. Decisions,
        new MemoryRow("memory", 1_000_000, HeadgateKeys.Name, 64, HeadgateKeys.Name, FrameworkKeys.Name, FloorKeys.Name),
        new MemoryRow("memory-10m", 10_000_000, HeadgateKeys.Name, 64, HeadgateKeys.Name),
        new GrowthRow("growth", 10_000_000, 1_000_000, HeadgateKeys.Name),
        new SimulateRow(executable),
    ];

    /// <summary>Those that are one decision of one limit; a composite is several and has no target.</summary>
    private static IEnumerable<DecisionTarget> LimitTargets()
    {
        foreach (string name in HeadgateLimits.All.Select(candidate => candidate.Name))
        {
            double most = name.StartsWith("sliding log", StringComparison.Ordinal) ? 2 : 1.5;
            if (name is not (Ours or HeadgateLimits.Composite)) yield return DecisionTarget.AtMost(name, Ours, most);
            yield return DecisionTarget.NoBytes(name);
        }
    }

    private static Scenario WithLoop(Scenario scenario) =>
        scenario with { Candidates = [.. scenario.Candidates, Idle.Candidate] };
}
