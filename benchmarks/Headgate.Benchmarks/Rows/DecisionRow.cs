using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Rows;

/// <summary>Decisions of several subjects timed side by side, in several processes one after another.</summary>
internal sealed class DecisionRow(string id, string title, Func<Mode, Scenario> scenario, params DecisionTarget[] targets) : IRow
{
    private static readonly string[] TableHeader =
        ["", "mean", "p99", "per second", "bytes", "ratio", "middle half", "own CPU", "ratio of it"];

    public string Id => id;

    public string Title => title;

    /// <summary>Rests on the whole run, so a note goes where it is read: beside the table.</summary>
    public string? Note { get; init; }

    public RowResult Measure(Mode mode, int launches)
    {
        IReadOnlyList<Samples>? all = null;
        for (int i = 0; i < launches; i++)
        {
            Samples[] launch = ChildProcess.Measure<Samples[]>("decisions", id, mode.ToString());
            all = all == null ? launch : [.. all.Zip(launch, (before, more) => before.Plus(more))];
        }

        return Summarise(all!);
    }

    /// <summary>What a child process does.</summary>
    public IReadOnlyList<Samples> MeasureHere(Mode mode) => Runner.Run(scenario(mode), mode.Effort());

    private RowResult Summarise(IReadOnlyList<Samples> samples)
    {
        List<IReadOnlyList<string>> table = [];
        foreach (Samples subject in samples)
        {
            Measurement measured = subject.Summarise();
            Ratio ratio = Ratio.Of(subject, samples[0]);
            table.Add([
                subject.Subject,
                BenchTable.Nanoseconds(measured.MeanNanoseconds),
                BenchTable.Nanoseconds(measured.P99Nanoseconds),
                string.Create(CultureInfo.InvariantCulture, $"{measured.CallsPerSecond / 1e6:0.00} M"),
                BenchTable.Bytes(measured.BytesPerCall),
                string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00}"),
                DecisionTarget.Spread(ratio),
                BenchTable.Nanoseconds(measured.CpuNanoseconds),
                string.Create(CultureInfo.InvariantCulture, $"{Ratio.OfCpu(subject, samples[0]).Median:0.00}"),
            ]);
        }

        ScenarioReport data = new(title,
            [.. samples.Select(subject => new SubjectReport(subject.Summarise(), Ratio.Of(subject, samples[0])))]);
        return new RowResult(
            id, title, TableHeader, table, [.. targets.Select(target => target.Check(samples))], Note == null ? [] : [Note], data);
    }
}
