using System.CommandLine;
using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Report;

namespace Headgate.Cli.Simulate;

/// <summary><c>headgate simulate</c>: what would this limit have done to yesterday's traffic, and which one would have been
/// right?</summary>
internal static class SimulateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Access logs, plain or gzip; several are merged by time. A hyphen (-) is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string[]> limits = new("--limit", "-l")
        {
            Description = $"A limit to try; may be given several times. Default: {SimulateOptions.DefaultLimit}",
            HelpName = "LIMIT",
        };
        Option<string> key = new("--key", "-k")
        {
            Description = "Who is limited: ip, user, method, path, any field or column, or several such as ip,path.",
            HelpName = "FIELD[,FIELD]",
            DefaultValueFactory = _ => "ip",
        };
        Option<string?> cost = new("--cost", "-c") { Description = "What a request costs: a number, or the field that holds it. Default: 1", HelpName = "N|FIELD" };
        Option<string?> time = new("--time-field") { Description = "The field or column that holds the time, if it has no usual name.", HelpName = "FIELD" };
        Option<string?> format = new("--format", "-f") { Description = "combined, jsonl or csv. Default: told by the first lines.", HelpName = "FORMAT" };
        Option<bool> skipBad = new("--skip-bad") { Description = "Pass over lines that cannot be read, and count them." };
        Option<bool> json = new("--json") { Description = "Print one JSON document instead of tables." };
        Option<string?> html = new("--html") { Description = "Also write a self-contained HTML report.", HelpName = "REPORT.html" };
        Option<int> top = new("--top")
        {
            Description = "Rows in the tables of keys and bursts.",
            HelpName = "N",
            DefaultValueFactory = _ => SimulateOptions.DefaultTop,
        };
        Option<string> reorder = new("--reorder")
        {
            Description = "How late a line may be and still be put in its place; 0 for not at all.",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "60s",
        };
        Option<bool> search = new("--search") { Description = "Search the smallest limits that deny at most 0.1 %, 1 % and 5 % (on by default)." };
        Option<bool> noSearch = new("--no-search") { Description = "Do not search them." };
        Option<bool> noProgress = new("--no-progress") { Description = "Show no progress." };

        Command command = new("simulate", "Replay an access log through rate limits in virtual time.")
        {
            files, limits, key, cost, time, format, skipBad, json, html, top, reorder, search, noSearch, noProgress,
        };
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(search) && parsed.GetValue(noSearch))
                throw CommandException.WrongUsage("--search and --no-search are both given. Leave one out.");
            string[] texts = parsed.GetValue(limits) ?? [];
            string? formatName = parsed.GetValue(format);
            SimulateOptions options = new()
            {
                Files = FileArguments.Check(parsed.GetValue(files) ?? [], parsed.GetValue(html)),
                Limits = SimulateOptions.ParseLimits(texts.Length > 0 ? texts : [SimulateOptions.DefaultLimit]),
                LimitIsDefault = texts.Length == 0,
                Fields = FieldSpec.Parse(parsed.GetValue(key)!, parsed.GetValue(cost), parsed.GetValue(time)),
                Format = formatName is null ? null : LogFormats.Parse(formatName),
                SkipBad = parsed.GetValue(skipBad),
                Json = parsed.GetValue(json),
                Html = parsed.GetValue(html),
                Top = SimulateOptions.ParseTop(parsed.GetValue(top)),
                ReorderMicros = SimulateOptions.ParseReorder(parsed.GetValue(reorder)!),
                Search = !parsed.GetValue(noSearch),
                Progress = !parsed.GetValue(noProgress),
            };

            // On a thread of its own: System.CommandLine listens for Ctrl-C only once this has returned a task.
            await Task.Run(() => RunAsync(options, terminal, ct), ct).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    public static async Task RunAsync(SimulateOptions options, Terminal terminal, CancellationToken ct)
    {
        SimulationResult result = await SimulateAsync(options, terminal, ct).ConfigureAwait(false);

        // The file first: if it cannot be written, the last thing on the screen is the reason.
        if (options.Html is not null) await WriteHtmlAsync(options.Html, result, ct).ConfigureAwait(false);
        try
        {
            if (options.Json) await terminal.Output.WriteLineAsync(JsonReport.Write(result)).ConfigureAwait(false);
            else TerminalReport.Write(result, terminal, options.Html);
            await terminal.Output.FlushAsync(ct).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed($"The result cannot be written to standard output: {PlainText.Reason(refused)}. "
                + "Make room where it goes, or send it elsewhere.");
        }
    }

    private static async Task<SimulationResult> SimulateAsync(SimulateOptions options, Terminal terminal, CancellationToken ct)
    {
        try
        {
            using ProgressLine progress = new(terminal, options.Progress);
            return await new Simulation(options, terminal, progress, ct).RunAsync().ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw CommandException.Failed(
                $"{string.Join(", ", options.Files.Take(5).Select(LogFile.Name))} cannot be simulated: {PlainText.Reason(refused)}. "
                + "Check that the log can still be read, or simulate a copy of it.");
        }
    }

    private static async Task WriteHtmlAsync(string path, SimulationResult result, CancellationToken ct)
    {
        try
        {
            await File.WriteAllTextAsync(path, HtmlReport.Write(result), ct).ConfigureAwait(false);
        }
        catch (Exception refused) when (
            refused is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw CommandException.Failed($"The report {PlainText.Clean(path, 200)} cannot be written: {PlainText.Reason(refused)}. "
                + "Make room for it, or name with --html a file in a folder that exists and that you may write to.");
        }
    }
}
