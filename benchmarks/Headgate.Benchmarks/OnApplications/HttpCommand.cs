using System.CommandLine;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;

namespace Headgate.Benchmarks.OnApplications;

/// <summary>The handler for HttpClient, as a command of its own, with a file of results of its own.</summary>
internal static class HttpCommand
{
    private const string Suffix = "-http";
    private const int Launches = 1;

    public static Command Create()
    {
        Option<bool> quick = new("--quick") { Description = "Shorter rounds; prints, writes nothing unless --out says where." };
        Option<string?> output = new("--out") { Description = "Folder for the results. Default: benchmarks/results of the clone; none for --quick." };
        Command command = new("http", "Measures the handler for HttpClient beside one that only passes requests on.") { quick, output };
        command.SetAction(parsed => Run(parsed.GetValue(quick) ? Mode.Quick : Mode.Full, parsed.GetValue(output)));
        return command;
    }

    /// <summary>Part of every smoke run: times mean nothing there, an allocation does.</summary>
    public static int Smoke()
    {
        Check? fault = new HttpHandlerBenchmark().Measure(Mode.Smoke, Launches).Checks.FirstOrDefault(check => check is { Target: 0, Met: false });
        if (fault is null) return 0;
        Console.Error.WriteLine($"{fault.What}: {fault.ValueText}, must be {fault.TargetText}.");
        return 1;
    }

    private static int Run(Mode mode, string? folder)
    {
        DateTimeOffset start = TimeProvider.System.GetUtcNow();
        Report report = new(start, Commit.Read(), mode, Launches, Machine.Current, [new HttpHandlerBenchmark().Measure(mode, Launches)]);
        Console.WriteLine(Markdown.Of(report));
        folder ??= mode == Mode.Full ? Session.DefaultFolder() : null;
        if (folder != null) Session.Save(report, folder, Suffix);
        return 0;
    }
}
