using System.CommandLine;
using System.Globalization;
using Headgate.Cli.Serve;

namespace Headgate.Cli.Soak;

/// <summary><c>headgate soak</c>: full load for minutes, and a verdict. For those who work on Headgate.</summary>
internal static class SoakCommand
{
    private const long MostClients = 1_000_000_000;

    public static Command Create(Terminal terminal)
    {
        Option<double> minutes = new("--minutes") { Description = "How long, above 0 and up to 1440. Default: 10", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<long> clients = new("--clients") { Description = "Different client ids. Default: 1000000", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };
        Option<int> connections = new("--connections") { Description = "Connections at full load. Default: 64", HelpName = "N", DefaultValueFactory = _ => 64 };
        Option<int> idle = new("--idle") { Description = "Connections that say nothing. Default: 0", HelpName = "N" };
        Option<string?> url = new("--url") { Description = "A service that runs, on a machine of its own. Default: one is started.", HelpName = "URL" };
        Option<string?> faults = new("--faults") { Description = "redis: decide on a Redis that is killed, stopped and flushed. Needs redis-server.", HelpName = "redis" };
        Option<string?> output = new("--output") { Description = "Also write the report to this file.", HelpName = "FILE" };
        Argument<string[]> serve = new("SERVE-ARGUMENTS") { Description = "Behind --: further arguments for the service that is started.", Arity = ArgumentArity.ZeroOrMore };
        Command command = new("soak", "Full load for minutes: errors, latencies, memory.") { minutes, clients, connections, idle, url, faults, output, serve };
        command.Hidden = true;
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(faults) is { } wanted && wanted != "redis") throw CommandException.WrongUsage($"--faults is \"{PlainText.Clean(wanted, 100)}\"; it must be redis.");
            if (parsed.GetValue(url) is not null && parsed.GetValue(faults) is not null) throw CommandException.WrongUsage("--faults is about a service that is started, and --url names one that runs. Leave one out.");
            SoakOptions options = new()
            {
                Duration = TimeSpan.FromMinutes(Within(parsed.GetValue(minutes), "--minutes", 0.01, 1440)),
                Clients = (long)Within(parsed.GetValue(clients), "--clients", 1, MostClients),
                Connections = (int)Within(parsed.GetValue(connections), "--connections", 1, 10_000),
                Idle = (int)Within(parsed.GetValue(idle), "--idle", 0, 1_000_000),
                Url = parsed.GetValue(url) is { } given ? ServiceUrl.Parse(given, "--url") : null,
                Key = terminal.Environment.GetValueOrDefault("HEADGATE_KEY"),
                RedisFaults = parsed.GetValue(faults) is not null,
                ServeArguments = parsed.GetValue(serve) ?? [],
                Output = parsed.GetValue(output),
            };
            SoakResult result = await SoakRun.RunAsync(options, terminal.Clock, sample => terminal.Error.WriteLine(SoakReport.Progress(sample)), ct).ConfigureAwait(false);
            string report = SoakReport.Of(result);
            await terminal.Output.WriteLineAsync(report).ConfigureAwait(false);
            if (options.Output is not null) await File.WriteAllTextAsync(options.Output, report, CancellationToken.None).ConfigureAwait(false);
            return result.Failures.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static double Within(double value, string flag, double least, double most) => value >= least && value <= most
        ? value
        : throw CommandException.WrongUsage(string.Create(CultureInfo.InvariantCulture, $"{flag} is {value}; it must be {least} to {most}."));
}
