namespace Headgate.Cli;

/// <summary>What a command returns to the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    /// <summary>Ended by Ctrl-C: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a command with a message for a person: what is wrong, where, and what to do.</summary>
/// <param name="exitCode">What the process returns.</param>
/// <param name="message">Plain text, already cleaned of what came from outside.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CommandException Failed(string message) => new(Cli.ExitCode.Failed, message);

    public static CommandException WrongUsage(string message) => new(Cli.ExitCode.WrongUsage, message);
}
