namespace Headgate.Cli.Simulate.Report;

internal static class HtmlReport
{
    public static string Write(SimulationResult result) => result.Key;
}
