using System.Globalization;
using System.Text;

namespace Headgate.Benchmarks.Reporting;

/// <summary>The report for people.</summary>
internal static class Markdown
{
    public static string Of(Report report)
    {
        StringBuilder text = new();
        int met = report.Checks.Count(check => check.Met);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"# {report.MeasuredAt:yyyy-MM-dd}, {report.Machine.Processor}").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{met} of {report.Checks.Count()} targets met.").AppendLine();
        text.AppendLine("| | |").AppendLine("| --- | --- |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| measured | {report.MeasuredAt:yyyy-MM-dd HH:mm} UTC |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| commit | {report.Commit} |");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"| processor | {report.Machine.Processor}, {report.Machine.Processors} logical, {report.Machine.MemoryGigabytes:0.#} GB |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| system | {report.Machine.System} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"| runtime | {report.Machine.Runtime}, {report.Machine.Settings} |");
        string mode = report.Mode == Mode.Full ? "full" : $"{report.Mode}: not for publication";
        text.AppendLine(CultureInfo.InvariantCulture, $"| run | {mode}, {report.Launches} processes a row |").AppendLine();

        Targets(text, report);
        foreach (RowResult row in report.Rows) Details(text, row);
        text.AppendLine("How to read this: [benchmarks/README.md](../README.md).");
        return text.ToString();
    }

    private static void Targets(StringBuilder text, Report report)
    {
        text.AppendLine("## Targets").AppendLine();
        text.AppendLine("| row | what | measured | target | |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (RowResult row in report.Rows)
        {
            foreach (Check check in row.Checks)
            {
                text.AppendLine(CultureInfo.InvariantCulture,
                    $"| {row.Id} | {check.What} | {check.ValueText} | {check.TargetText} | {check.Verdict} |");
            }
        }

        text.AppendLine();
    }

    private static void Details(StringBuilder text, RowResult row)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"## {row.Id}: {row.Title}").AppendLine();
        if (row.Table.Count > 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row.Header)} |");
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| --- |{string.Concat(Enumerable.Repeat(" ---: |", row.Header.Count - 1))}");
            foreach (IReadOnlyList<string> line in row.Table)
                text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", line)} |");
            text.AppendLine();
        }

        foreach (string note in row.Notes) text.AppendLine(CultureInfo.InvariantCulture, $"- {note}");
        if (row.Notes.Count > 0) text.AppendLine();
    }
}
