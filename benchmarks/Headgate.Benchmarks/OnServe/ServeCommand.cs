using System.CommandLine;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;

namespace Headgate.Benchmarks.OnServe;

/// <summary>The decision service beside a bare endpoint, as a command of its own, with a file of results of its own.</summary>
internal static class ServeCommand
{
    private const string Suffix = "-serve";
    private const int SmokeCount = 1_000;

    /// <summary>A request may allocate what the framework makes of it, its ids, and no more.</summary>
    private const double MostBytes = 1_000;

    public static Command Create()
    {
        Option<bool> quick = new("--quick") { Description = "Shorter rounds; prints, writes nothing unless --out says where." };
        Option<string?> output = new("--out") { Description = "Folder for the results. Default: benchmarks/results of the clone; none for --quick." };
        Command command = new("serve", "Measures the decision service beside a bare endpoint with the same JSON, over HTTP with wrk.") { quick, output };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(quick) ? Mode.Quick : Mode.Full, parsed.GetValue(output), ct));
        return command;
    }

    /// <summary>Part of every smoke run: it shows that the routes answer, and fails if they allocate much. Without wrk.</summary>
    public static async Task<int> SmokeAsync(CancellationToken ct)
    {
        CheckInProcess.Figures alone = await CheckInProcess.SingleAsync(ServeRow.Single, SmokeCount, ct).ConfigureAwait(false);
        await CheckInProcess.BatchAsync(ServeRow.Many, 1, 10, ct).ConfigureAwait(false);
        if (alone.Bytes <= MostBytes) return 0;
        await Console.Error.WriteLineAsync($"A decision of the service allocates {alone.Bytes:0} bytes; it must be at most {MostBytes:0}.").ConfigureAwait(false);
        return 1;
    }

    private static async Task<int> RunAsync(Mode mode, string? folder, CancellationToken ct)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        RowResult row = await ServeRow.MeasureAsync(mode, ct).ConfigureAwait(false);
        Report report = new(start, Commit.Read(), mode, 1, Machine.Current, [row]);
        Console.WriteLine(Markdown.Of(report));
        folder ??= mode == Mode.Full && !row.IsFailed ? Session.DefaultFolder() : null;
        if (folder != null) Session.Save(report, folder, Suffix);
        return row.IsFailed ? 1 : 0;
    }
}
