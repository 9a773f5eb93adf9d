using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Spectre.Console;

namespace Headgate.Cli.Bench;

/// <summary>Measures, then prints: the comparison first, the details after it.</summary>
internal static class BenchRun
{
    /// <summary>On this machine a Redis answers at once or is not there.</summary>
    private static readonly TimeSpan LocalPatience = TimeSpan.FromMilliseconds(200);

    public static async Task RunAsync(BenchOptions options, Terminal terminal, CancellationToken ct)
    {
        // A Redis that was named and is not there is found out before anybody has waited a minute for the rows in memory.
        List<string> notes = [];
        RedisBed? bed = await OpenAsync(options, notes, ct).ConfigureAwait(false);
        List<ComparisonGroup> groups = [];
        BenchProgress Progress(string title) => new(terminal.Interactive ? terminal.Error : null, title);
        if (bed is null)
        {
            groups.AddRange(MeasureMemory(options, Progress, ct));
        }
        else
        {
            await using (bed.ConfigureAwait(false))
            {
                groups.AddRange(MeasureMemory(options, Progress, ct));
                await MeasureRedisAsync(bed, options, groups, notes, Progress, ct).ConfigureAwait(false);
            }
        }

        notes.Add(string.Create(CultureInfo.InvariantCulture,
            $"mean, p50 and p99 are of single calls as their callers see them; in memory p50 and p99 contain a reading of the clock, {ClockCost.Nanoseconds():0} ns."));
        Comparison comparison = new(groups, bed?.Server.Display, notes, Meaning.Of(groups));
        List<ScenarioReport> details = [];
        if (options.Details)
        {
            foreach (Scenario scenario in Scenarios.ForCommand(options.Keys, options.Threads))
            {
                ct.ThrowIfCancellationRequested();
                using BenchProgress shown = Progress(scenario.Title);
                details.Add(ScenarioReport.Of(scenario, Runner.Run(scenario, options.Pace.Memory, shown.Report)));
            }
        }

        Print(new BenchReport(Machine.Current, comparison, details), options.Json, terminal);
    }

    private static IEnumerable<ComparisonGroup> MeasureMemory(BenchOptions options, Func<string, BenchProgress> progress, CancellationToken ct)
    {
        foreach (ComparisonGroup group in MemoryComparison.Measure(options.Limits, options.Keys, options.Threads, options.Pace.Memory, progress))
        {
            yield return group;
            ct.ThrowIfCancellationRequested();
        }
    }

    private static async Task MeasureRedisAsync(
        RedisBed bed, BenchOptions options, List<ComparisonGroup> groups, List<string> notes, Func<string, BenchProgress> progress, CancellationToken ct)
    {
        try
        {
            Yardstick? yardstick = await Yardstick.TryCreateAsync(
                bed, YardstickCall.Create(bed), reason => notes.Add($"No yardstick beside Redis: {reason}.")).ConfigureAwait(false);
            RedisComparison comparison = new(bed, yardstick, options.Pace.Redis, progress);
            await foreach (ComparisonGroup group in comparison.MeasureAsync(options.Limits, options.Keys, ct).ConfigureAwait(false)) groups.Add(group);
        }
        catch (Exception broken) when (broken is InvalidOperationException or StackExchange.Redis.RedisException or StackExchange.Redis.RedisCommandException)
        {
            throw CommandException.Failed($"Measuring on Redis at {bed.Server.Display} broke off: {PlainText.Reason(broken)}.");
        }
    }

    private static async Task<RedisBed?> OpenAsync(BenchOptions options, List<string> notes, CancellationToken ct)
    {
        if (!options.LooksForRedis) return null;
        RedisArgument server = options.Redis ?? RedisArgument.Local;
        string remedy = $"start one or name it with --redis {RedisArgument.HelpName}";
        if (options.Redis is null && !await AnswersAsync(ct).ConfigureAwait(false))
        {
            notes.Add($"No Redis found at {server.Display}, so there are no rows of it; {remedy}.");
            return null;
        }

        string reason = "";
        RedisBed? bed = await RedisBed.TryOpenAsync(server, problem => reason = problem).ConfigureAwait(false);
        if (bed is not null) return bed;
        if (options.Redis is not null)
            throw CommandException.Failed($"Redis at {server.Display} cannot be measured on: {reason}. Check that it runs there, and password= in --redis.");
        notes.Add($"Something at {server.Display} does not answer as Redis does ({reason}), so there are no rows of it; {remedy}.");
        return null;
    }

    private static async Task<bool> AnswersAsync(CancellationToken ct)
    {
        using TcpClient client = new();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LocalPatience);
        try
        {
            await client.ConnectAsync("127.0.0.1", 6379, patience.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception absent) when (absent is SocketException || (absent is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return false;
        }
    }

    private static void Print(BenchReport report, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(report, BenchJson.Default.BenchReport));
            return;
        }

        IAnsiConsole console = ConsoleOn(terminal);
        ComparisonTable.Write(console, report.Comparison);
        BenchTable.Write(console, report.Scenarios);
        console.WriteLine(report.Machine.ToString());
        console.WriteLine("Only ratios travel between machines. What the rows are: docs/reference/bench.md");
    }

    private static IAnsiConsole ConsoleOn(Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.Output),
        });
        console.Profile.Capabilities.Unicode = terminal.Unicode;

        // Tables are not broken: a pipe has no width of its own, and a narrow screen scrolls.
        console.Profile.Width = 160;
        return console;
    }
}
