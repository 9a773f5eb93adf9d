namespace Headgate.Cli.Simulate.Report;

internal static class TerminalReport
{
    public static void Write(SimulationResult result, Terminal terminal, string? html) => terminal.Output.WriteLine($"{result.Requests} {html}");
}
