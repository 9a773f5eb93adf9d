using System.Globalization;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Bench;

/// <summary>Limits in memory, with the framework's limiter beside them.</summary>
internal static class MemoryComparison
{
    private const string Compared = "of the framework's time";

    /// <summary>Made one after another, so that the keys of one are gone before the next are made.</summary>
    public static IEnumerable<ComparisonGroup> Measure(
        IReadOnlyList<LimitChoice> limits, int keys, int threads, Effort effort, Func<string, BenchProgress> progress)
    {
        yield return Measure("one caller", Workload.Random(keys, 1), limits, effort, progress);
        if (threads == 1) yield break;
        string callers = string.Create(CultureInfo.InvariantCulture, $"{threads} threads");
        yield return Measure(callers, Workload.Random(keys, threads), limits, effort, progress);
        yield return Measure(callers, Workload.Hot(threads), limits, effort, progress);
    }

    private static ComparisonGroup Measure(
        string callers, Workload workload, IReadOnlyList<LimitChoice> limits, Effort effort, Func<string, BenchProgress> progress)
    {
        int keys = workload.Keys.Length;
        string title = $"in memory, {callers}, {Titles.Keys(keys)}";
        Scenario scenario = new(title, workload, [Framework.NeverDry, .. limits.Select(limit => limit.InMemory())]) { TimesSingleCalls = true };
        using BenchProgress shown = progress(title);
        IReadOnlyList<Samples> samples = Runner.Run(scenario, effort, shown.Report);
        ComparisonRow[] rows = [.. samples.Skip(1).Append(samples[0]).Select(subject => Row(subject, samples[0]))];
        return new ComparisonGroup(title, ComparisonGroup.Memory, workload.Threads, keys, rows);
    }

    private static ComparisonRow Row(Samples subject, Samples framework)
    {
        Measurement measured = subject.Summarise();
        double? ratio = subject == framework ? null : Ratio.Of(subject, framework).Median;
        return new ComparisonRow(
            subject.Subject, measured.MeanNanoseconds, subject.Latencies.Quantile(0.5), subject.Latencies.Quantile(0.99), measured.CallsPerSecond,
            ratio, ratio is null ? null : Compared);
    }
}

/// <summary>How often-said things are said.</summary>
internal static class Titles
{
    public static string Keys(int keys) => keys == 1 ? "one hot key" : string.Create(CultureInfo.InvariantCulture, $"{keys:N0} keys");
}
