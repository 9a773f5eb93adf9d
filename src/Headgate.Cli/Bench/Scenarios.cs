using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Bench;

/// <summary>What is compared with what.</summary>
internal static class Scenarios
{
    /// <summary>One key asked for over and over, which is never denied.</summary>
    public static Scenario Hot(int threads) =>
        new($"one hot key, {Count(threads)}", Workload.Hot(threads), Rivals);

    /// <summary>Keys drawn at random, none of them ever denied.</summary>
    public static Scenario Random(int keys, int threads) =>
        new(FormattableString.Invariant($"{keys:N0} random keys, {Count(threads)}"), Workload.Random(keys, threads), Rivals);

    /// <summary>One key that has nothing left.</summary>
    public static Scenario Denied(int threads) =>
        new($"one hot key that is denied, {Count(threads)}", Workload.Hot(threads), [Framework.Dry]);

    private static IReadOnlyList<Candidate> Rivals => [Framework.NeverDry, Floor.Candidate, Idle.Candidate];

    private static string Count(int threads) => threads == 1 ? "1 thread" : $"{threads} threads";
}
