using System.CommandLine;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;

namespace Headgate.Benchmarks.OnWeb;

/// <summary>The middleware beside the framework's, as a command of its own, with a file of results of its own.</summary>
internal static class WebCommand
{
    private const string Suffix = "-web";

    public static Command Create()
    {
        Option<bool> quick = new("--quick") { Description = "Shorter rounds; prints, writes nothing unless --out says where." };
        Option<string?> output = new("--out") { Description = "Folder for the results. Default: benchmarks/results of the clone; none for --quick." };
        Command command = new("web", "Measures the ASP.NET Core middleware beside the framework's, in process and over Kestrel with wrk.") { quick, output };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(quick) ? Mode.Quick : Mode.Full, parsed.GetValue(output), ct));
        return command;
    }

    /// <summary>Part of every smoke run: it shows that the pipelines run and do what they are measured for.</summary>
    public static int Smoke()
    {
        new MiddlewareRow().Measure(Mode.Smoke, 1);
        return 0;
    }

    private static async Task<int> RunAsync(Mode mode, string? folder, CancellationToken ct)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        List<RowResult> rows = [new MiddlewareRow().Measure(mode, 1), await KestrelRow.MeasureAsync(mode, ct).ConfigureAwait(false)];
        Report report = new(start, Commit.Read(), mode, 1, Machine.Current, rows);
        Console.WriteLine(Markdown.Of(report));
        bool isFailed = rows.Any(row => row.IsFailed);
        folder ??= mode == Mode.Full && !isFailed ? Session.DefaultFolder() : null;
        if (folder != null) Session.Save(report, folder, Suffix);
        return isFailed ? 1 : 0;
    }
}
