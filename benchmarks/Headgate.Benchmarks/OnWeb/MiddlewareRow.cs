using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Benchmarks.Rows;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.OnWeb;

/// <summary>What a request costs in the pipeline, without a network: one endpoint, one policy by IP address, one caller.</summary>
internal sealed class MiddlewareRow : IRow
{
    private const string Framework = "UseRateLimiter, partitioned token bucket";
    private const string WithFields = "UseHeadgate, RateLimit fields";
    private const string WithoutFields = "UseHeadgate, no fields";
    private const string Refused = "UseHeadgate, refused";
    private const string FrameworkRefused = "UseRateLimiter, refused";

    private static readonly string[] TableHeader = ["", "mean", "p99", "bytes", "ratio", "middle half"];

    public string Id => "middleware";

    public string Title => "a request through the pipeline in process, one thread, one caller";

    public RowResult Measure(Mode mode, int launches)
    {
        Scenario scenario = new(Title, Workload.Hot(1),
        [
            new Candidate(Framework, () => Pipelines.Framework(admits: true)),
            new Candidate(WithFields, () => Pipelines.Headgate(fields: true, admits: true)),
            new Candidate(WithoutFields, () => Pipelines.Headgate(fields: false, admits: true)),
            new Candidate(Refused, () => Pipelines.Headgate(fields: true, admits: false)) { Expectation = Expectation.Denied },
            new Candidate(FrameworkRefused, () => Pipelines.Framework(admits: false)) { Expectation = Expectation.Denied },
        ]);
        IReadOnlyList<Samples> all = Runner.Run(scenario, mode.Effort());
        Measurement[] measured = [.. all.Select(samples => samples.Summarise())];
        Check[] checks =
        [
            new Check("allowed, with fields: of the framework's without", Bound.AtMost, 1.0, Ratio.Of(all[1], all[0]).Median, "", DecisionTarget.Spread(Ratio.Of(all[1], all[0]))),
            new Check("allowed, with fields: bytes", Bound.AtMost, measured[0].BytesPerCall, measured[1].BytesPerCall, "B"),
            new Check("allowed, without fields: of the framework's", Bound.AtMost, 0.7, Ratio.Of(all[2], all[0]).Median, "", DecisionTarget.Spread(Ratio.Of(all[2], all[0]))),
            new Check("refused, with fields and body", Bound.AtMost, 1_500, measured[3].MeanNanoseconds, "ns"),
        ];
        return new RowResult(Id, Title, TableHeader, [.. all.Select((samples, i) => Line(samples, all[0], measured[i]))], checks,
            ["Each pipeline gets the same request again and again; clearing status, header fields and features between two is timed with it, for all alike."],
            measured);
    }

    private static string[] Line(Samples subject, Samples baseline, Measurement measured)
    {
        Ratio ratio = Ratio.Of(subject, baseline);
        return
        [
            subject.Subject, BenchTable.Nanoseconds(measured.MeanNanoseconds), BenchTable.Nanoseconds(measured.P99Nanoseconds), BenchTable.Bytes(measured.BytesPerCall),
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Median:0.00}"), DecisionTarget.Spread(ratio),
        ];
    }
}
