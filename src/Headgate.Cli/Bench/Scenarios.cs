using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Bench;

/// <summary>What is compared with what. The first subject of each scenario is what the others are compared with.</summary>
internal static class Scenarios
{
    /// <summary>One key asked for over and over, which is never denied.</summary>
    public static Scenario Hot(int threads) => new($"one hot key, {Count(threads)}", Workload.Hot(threads), Rivals);

    /// <summary>Keys drawn at random, none of them ever denied.</summary>
    public static Scenario Random(int keys, int threads) =>
        new(FormattableString.Invariant($"{keys:N0} random keys, {Count(threads)}"), Workload.Random(keys, threads), Rivals);

    /// <summary>One key that has nothing left.</summary>
    public static Scenario Denied(int threads) =>
        new($"one hot key, denied, {Count(threads)}", Workload.Hot(threads), [Framework.Dry, HeadgateLimits.Dry]);

    /// <summary>Every limit on one key that is never denied, but for one.</summary>
    public static Scenario Limits() => new("every limit, one hot key, 1 thread", Workload.Hot(1), HeadgateLimits.All);

    /// <summary>A list of two charges beside a list of one.</summary>
    public static Scenario Lists() => new("several charges in one decision, 1 thread", Workload.Hot(1), HeadgateLimits.Lists);

    /// <summary>Made one after another, so that the keys of one are gone before the next are made.</summary>
    public static IEnumerable<Scenario> ForCommand(int keys, int threads)
    {
        yield return Hot(1);
        yield return Random(keys, 1);
        if (threads > 1)
        {
            yield return Hot(threads);
            yield return Random(keys, threads);
        }

        yield return Denied(1);
        yield return Limits();
        yield return Lists();
    }

    private static IReadOnlyList<Candidate> Rivals => [Framework.NeverDry, Floor.Candidate, HeadgateLimits.NeverDry];

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
