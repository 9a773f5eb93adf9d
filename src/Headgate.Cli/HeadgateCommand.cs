using System.CommandLine;
using System.CommandLine.Help;
using Headgate.Cli.Bench;
using Headgate.Cli.Check;
using Headgate.Cli.Keys;
using Headgate.Cli.Serve;
using Headgate.Cli.Simulate;
using Headgate.Cli.Soak;

namespace Headgate.Cli;

/// <summary>The root command: what <c>headgate</c> can do, and what its exit codes mean.</summary>
internal static class HeadgateCommand
{
    /// <summary>A plain command as the root, since a RootCommand would be called after the assembly in every help text.</summary>
    public static Command Create(Terminal terminal) => new(
        "headgate", "Rate limits: try them on a real log, ask them, measure them on this machine.")
    {
        SimulateCommand.Create(terminal),
        CheckCommand.Create(terminal),
        BenchCommand.Create(terminal),
        ServeCommand.Create(terminal),
        KeysCommand.Create(terminal),
        HealthCommand.Create(terminal),
        SoakCommand.Create(terminal),
        new HelpOption { Recursive = true },
        new VersionOption(),
    };

    /// <summary>Runs one command line. 0: done; 1: failed at run time; 2: wrong usage; 130: interrupted.</summary>
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        InvocationConfiguration configuration = new()
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
        };
        ParseResult parsed = Create(terminal).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
                await terminal.Error.WriteLineAsync($"error: {PlainText.Clean(error.Message)}").ConfigureAwait(false);
            string name = parsed.CommandResult.Command.Name;
            string command = parsed.CommandResult.Parent is null ? name : $"headgate {name}";
            await terminal.Error.WriteLineAsync($"See: {command} --help").ConfigureAwait(false);
            return ExitCode.WrongUsage;
        }

        // A service stops by itself in good order, and may need longer than this library gives.
        if (parsed.CommandResult.Command.Name == ServeCommand.Name) configuration.ProcessTerminationTimeout = null;
        try
        {
            return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (CommandException failed)
        {
            await terminal.Error.WriteLineAsync($"error: {failed.Message}").ConfigureAwait(false);
            return failed.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("interrupted").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }
    }
}
