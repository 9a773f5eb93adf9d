using Spectre.Console;

namespace Headgate.Cli.Bench;

/// <summary>The comparison for a person: a table for each group, then what is missing, then what it means.</summary>
internal static class ComparisonTable
{
    private const int SubjectWidth = 39;
    private const int FigureWidth = 13;
    private const int ComparedWidth = 29;

    public static void Write(IAnsiConsole console, Comparison comparison)
    {
        TableBorder border = console.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii;
        foreach (ComparisonGroup group in comparison.Groups)
        {
            console.MarkupLine($"[bold]{Markup.Escape(group.Title)}[/]");
            console.Write(Of(group, border));
        }

        foreach (string note in comparison.Notes) console.WriteLine(note);
        console.WriteLine();
        foreach (string sentence in comparison.Meaning) console.WriteLine(sentence);
        console.WriteLine();
    }

    private static Table Of(ComparisonGroup group, TableBorder border)
    {
        Table table = new Table().Border(border);
        table.AddColumn(new TableColumn("").Width(SubjectWidth));
        foreach (string header in (string[])["mean", "p50", "p99", "a second"])
            table.AddColumn(new TableColumn(header).RightAligned().NoWrap().Width(FigureWidth));
        table.AddColumn(new TableColumn("compared").NoWrap().Width(ComparedWidth));
        foreach (ComparisonRow row in group.Rows)
        {
            table.AddRow(
                Markup.Escape(row.Subject),
                Figures.Time(row.MeanNanoseconds),
                Figures.Time(row.P50Nanoseconds),
                Figures.Time(row.P99Nanoseconds),
                Figures.Rate(row.CallsPerSecond),
                row.Ratio is { } ratio ? $"{Figures.Ratio(ratio)} {row.RatioOf}" : "");
        }

        return table;
    }
}
