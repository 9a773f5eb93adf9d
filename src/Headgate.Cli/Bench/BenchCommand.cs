using System.CommandLine;
using System.Text.Json;
using Headgate.Cli.Bench.Measuring;
using Spectre.Console;

namespace Headgate.Cli.Bench;

/// <summary><c>headgate bench</c>: how fast limits decide on the user's own machine, beside the framework's limiter.</summary>
internal static class BenchCommand
{
    private const int DefaultKeys = 100_000;
    private const int MaxKeys = 10_000_000;
    private const int MaxThreads = 256;

    public static Command Create()
    {
        Option<bool> quick = new("--quick")
        {
            Description = "Half a minute instead of two; ratios are then good to a tenth or so.",
        };
        Option<bool> json = new("--json") { Description = "Print JSON for machines instead of tables." };
        Option<int> keys = new("--keys")
        {
            Description = $"Keys of the random rows: 2 to {MaxKeys}.",
            DefaultValueFactory = _ => DefaultKeys,
        };
        Option<int> threads = new("--threads")
        {
            Description = $"Threads of the rows with several: 1 to {MaxThreads}; 1 leaves them out. Default: this machine's processors.",
            DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, MaxThreads),
        };
        Demand(keys, 2, MaxKeys);
        Demand(threads, 1, MaxThreads);

        Command command = new("bench",
            "Measure how fast limits decide on this machine, with the framework's own limiter beside them.")
        {
            quick, json, keys, threads,
        };
        command.SetAction(parsed => Run(
            parsed.InvocationConfiguration.Output,
            parsed.GetValue(quick),
            parsed.GetValue(json),
            parsed.GetValue(keys),
            parsed.GetValue(threads)));
        return command;
    }

    private static int Run(TextWriter output, bool quick, bool json, int keys, int threads)
    {
        Effort effort = quick ? Effort.Quick : Effort.Full;
        List<ScenarioReport> reports = [];
        foreach (Scenario scenario in Scenarios.ForCommand(keys, threads)) reports.Add(Measure(scenario, effort));
        BenchReport report = new(Machine.Current, reports);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
            return 0;
        }

        BenchTable.Write(ConsoleOn(output), report);
        return 0;
    }

    /// <summary>Progress goes to the error stream, so that the output can be piped.</summary>
    private static ScenarioReport Measure(Scenario scenario, Effort effort)
    {
        if (Console.IsErrorRedirected) return ScenarioReport.Of(scenario, Runner.Run(scenario, effort));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoRefresh(false).AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(scenario.Title));
            IReadOnlyList<Samples> samples = Runner.Run(scenario, effort, share =>
            {
                task.Value = share * task.MaxValue;
                context.Refresh();
            });
            return ScenarioReport.Of(scenario, samples);
        });
    }

    private static IAnsiConsole ConsoleOn(TextWriter output)
    {
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        IAnsiConsole plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });

        // A pipe has no width of its own, so tables are not broken there, and may be read by what knows only ASCII.
        plain.Profile.Capabilities.Unicode = false;
        plain.Profile.Width = 160;
        return plain;
    }

    private static void Demand(Option<int> option, int least, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count == 0) return;
        int value = result.GetValueOrDefault<int>();
        if (value < least || value > most) result.AddError($"{option.Name} is {value}; it must be between {least} and {most}.");
    });
}
