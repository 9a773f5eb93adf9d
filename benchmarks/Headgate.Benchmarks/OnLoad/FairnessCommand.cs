using System.CommandLine;
using System.Globalization;

namespace Headgate.Benchmarks.OnLoad;

/// <summary>Two tenants with and without fair queueing, for the page on fairness: writes what happened, and a picture of it.</summary>
internal static class FairnessCommand
{
    private const double Seconds = 10;

    public static Command Create()
    {
        Option<string> output = new("--out") { Description = "Folder for fairness.csv and fairness.svg.", DefaultValueFactory = _ => "docs/images" };
        Command command = new("fairness", "Runs two tenants with and without fair queueing, in real time, and draws how the quiet one fares.") { output };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(output) ?? "."));
        return command;
    }

    private static async Task<int> RunAsync(string folder)
    {
        using FairnessRun each = new(isFair: true, Seconds);
        IReadOnlyList<QuietRequest> fair = await each.RunAsync().ConfigureAwait(false);
        using FairnessRun together = new(isFair: false, Seconds);
        IReadOnlyList<QuietRequest> one = await together.RunAsync().ConfigureAwait(false);
        FairnessPlot plot = new(Seconds, each.FloodFrom, each.FloodTo);

        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "fairness.svg"), plot.Of(fair, one)).ConfigureAwait(false);
        await File.WriteAllLinesAsync(Path.Combine(folder, "fairness.csv"), ["queues,at_seconds,millis,served", .. Lines("each", fair), .. Lines("one", one)]).ConfigureAwait(false);
        Console.WriteLine($"a queue for each: {plot.Words(fair)}");
        Console.WriteLine($"one queue for all: {plot.Words(one)}");
        return 0;
    }

    private static IEnumerable<string> Lines(string queues, IReadOnlyList<QuietRequest> requests) =>
        requests.Select(r => string.Create(CultureInfo.InvariantCulture, $"{queues},{r.At:0.0000},{r.Millis:0.00},{(r.IsServed ? 1 : 0)}"));
}
