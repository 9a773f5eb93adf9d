using System.Globalization;
using Headgate.Cli.Bench.Measuring;
using Spectre.Console;

namespace Headgate.Cli.Bench;

/// <summary>Prints the details for people: every question in memory in a table of its own.</summary>
internal static class BenchTable
{
    public static void Write(IAnsiConsole console, IReadOnlyList<ScenarioReport> scenarios)
    {
        if (scenarios.Count == 0) return;
        TableBorder border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii;
        foreach (ScenarioReport scenario in scenarios) console.Write(Of(scenario, border));
        console.WriteLine("In these: mean: median over rounds of a round's mean. p99: 99 of 100 rounds had a lower mean. ratio: to the first line, median over laps.");
    }

    private static Table Of(ScenarioReport scenario, TableBorder border)
    {
        Table table = new Table { Title = new TableTitle($"[bold]{Markup.Escape(scenario.Scenario)}[/]") }.Border(border);
        table.AddColumn(new TableColumn("").Width(34));
        foreach (string header in (string[])["mean", "p99", "per second", "bytes", "ratio"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap());
        foreach (SubjectReport subject in scenario.Subjects)
        {
            Measurement measured = subject.Measurement;
            table.AddRow(
                Markup.Escape(measured.Subject),
                Nanoseconds(measured.MeanNanoseconds),
                Nanoseconds(measured.P99Nanoseconds),
                Invariant($"{measured.CallsPerSecond / 1e6:0.00} M"),
                Bytes(measured.BytesPerCall),
                Invariant($"{subject.ToFirst.Median:0.00}"));
        }

        return table;
    }

    /// <summary>A single byte in a thousand calls shows: only nothing at all prints as 0.</summary>
    public static string Bytes(double bytes) =>
        bytes == 0 ? "0 B" : bytes < 0.1 ? Invariant($"{bytes:0.######} B") : Invariant($"{bytes:0.#} B");

    public static string Nanoseconds(double nanoseconds) =>
        nanoseconds < 10_000 ? Invariant($"{nanoseconds:0.0} ns") : Invariant($"{nanoseconds / 1000:0.0} us");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
