using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Benchmarks.Simulate;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Rows;

/// <summary>Log lines a second that <c>headgate simulate</c> replays, as a process, from start to exit.</summary>
internal sealed class SimulateRow(string? executable) : IRow
{
    private const int Lines = 1_000_000;
    private const double Target = 500_000;
    private const string Limit = "token_bucket(capacity=10, refill=1/s)";
    private static readonly string[] TableHeader = ["run", "seconds", "lines a second"];

    public string Id => "simulate";

    public string Title => string.Create(CultureInfo.InvariantCulture, $"headgate simulate on {Lines:N0} lines");

    public RowResult Measure(Mode mode, int launches)
    {
        if ((executable ?? CommandLine.Find()) is not { } headgate)
        {
            return RowResult.Skipped(Id, Title,
                "the command line is not built. Build src/Headgate.Cli in the same configuration, or pass --cli PATH.");
        }

        int lines = mode.Scale(Lines);
        string folder = Directory.CreateTempSubdirectory("headgate-bench-").FullName;
        try
        {
            string log = Path.Combine(folder, "access.log");
            AccessLog.Write(log, lines);
            double megabytes = new FileInfo(log).Length / 1e6;
            double[] seconds = new double[launches];
            for (int i = 0; i < launches; i++)
                seconds[i] = CommandLine.Time(headgate, "simulate", log, "--limit", Limit, "--json");
            double median = Quantile.Median([.. seconds.Select(second => lines / second)]);
            return new RowResult(Id, Title, TableHeader, [.. seconds.Select((second, i) => Line(i + 1, second, lines))],
                [new Check("lines a second, median of the runs", Bound.AtLeast, Target, median, "lines/s")],
                [string.Create(CultureInfo.InvariantCulture,
                    $"{lines:N0} lines, combined format, {megabytes:0.0} MB, half of them up to a minute late; `--limit \"{Limit}\" --json`; start to exit.")],
                seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] Line(int run, double seconds, int lines) =>
    [
        run.ToString(CultureInfo.InvariantCulture),
        seconds.ToString("0.00", CultureInfo.InvariantCulture),
        (lines / seconds).ToString("#,0", CultureInfo.InvariantCulture),
    ];
}
