using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Headgate.Cli.Simulate.Report;

/// <summary>Tables and plots for a screen; without colours and lines of its own where the output is not one.</summary>
internal sealed class TerminalReport
{
    private const int BurstRows = 3;
    private const int MostOfKey = 48;
    private const int LeastOfKey = 12;
    private const int Gap = 2;

    private readonly SimulationResult _result;
    private readonly Terminal _terminal;
    private readonly IAnsiConsole _console;

    private TerminalReport(SimulationResult result, Terminal terminal)
    {
        _result = result;
        _terminal = terminal;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.Colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.Colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new FixedWidthOutput(terminal.Output, terminal.Width),
        });
        _console.Profile.Capabilities.Unicode = terminal.Unicode;
    }

    public static void Write(SimulationResult result, Terminal terminal, string? html) =>
        new TerminalReport(result, terminal).Write(html);

    private void Write(string? html)
    {
        WriteLog();
        if (_result.Limits.Count > 1) WriteComparison();
        for (int i = 0; i < _result.Limits.Count; i++) WriteLimit(i);
        WriteBursts();
        if (html is not null) Line($"The report is in {PlainText.Clean(html)}");
    }

    private void WriteLog()
    {
        SimulationResult r = _result;
        string files = string.Join(", ", r.Files.Take(5).Select(f => f.Name))
            + (r.Files.Count > 5 ? $" and {r.Files.Count - 5} more" : "");
        Line($"{files}: {Format.Count(r.Requests, "request")}, {Format.Count(r.Keys, "key")} ({PlainText.Clean(r.Key)}), "
            + $"{Format.Time(r.From)} to {Format.Time(r.To)} UTC, "
            + $"read as {string.Join(", ", r.Files.Select(f => f.Format).Distinct())} "
            + $"in {Format.Duration((long)(r.Elapsed.TotalSeconds * 100) * 10_000)}");
        foreach (string note in Notes.Of(r)) Line(note);
        foreach (Input.BadLine bad in r.FirstBadLines) Line($"  {bad.File}, line {bad.Line}: {bad.Problem}: {bad.Text}");
    }

    private void WriteComparison()
    {
        Title("Side by side");
        Table table = NewTable("Limit", "Denied", "Share", "Keys denied", "Longest lock-out");
        foreach (LimitResult limit in _result.Limits)
            Row(table, limit.Title, Denied(limit.Denied), Format.Share(limit.DeniedShare), Format.Count(limit.KeysDenied),
                Format.Duration(limit.LongestLockOut));
        _console.Write(table);
    }

    private void WriteLimit(int index)
    {
        LimitResult limit = _result.Limits[index];
        Title(limit.Limit.ToString());
        Line($"{Format.Count(limit.Allowed)} allowed, {Format.Count(limit.Denied)} denied ({Format.Share(limit.DeniedShare)}), "
            + $"{Format.Count(limit.KeysDenied)} of {Format.Count(_result.Keys, "key")} denied something");
        if (limit.Delays)
        {
            Line($"{Format.Count(limit.Delayed)} admitted {Format.Noun(limit.Delayed, "request")} held back to leave smoothly: "
                + $"{Format.Duration(limit.TotalDelay)} together, "
                + $"{Format.Duration(limit.LongestDelay)} at most");
        }

        if (limit.Impossible > 0) Line($"{Format.Count(limit.Impossible)} cost more than the limit and could never be admitted");
        Line("");
        foreach (string line in TerminalPlot.Draw(_result, index + 1, _terminal)) _terminal.Output.WriteLine(line);
        if (limit.Keys.Count > 0) WriteKeys(limit);
        if (_result.Searched) WriteFound(limit);
    }

    private void WriteKeys(LimitResult limit)
    {
        Title(limit.Keys.Count < limit.KeysDenied
            ? $"Who would have been denied: {limit.Keys.Count} of {Format.Count(limit.KeysDenied)} keys"
            : "Who would have been denied");
        WriteTable(0, ["Key", "Requests", "Denied", "Share", "First denial", "Last denial", "Longest lock-out"],
            limit.Keys.Select(row => (string[])
            [
                row.Key.Shown, Format.Count(row.Outcome.Requests), Denied(row.Outcome.Denied),
                Format.Share(row.Outcome.Denied / (double)row.Outcome.Requests),
                Format.Time(row.Outcome.FirstDenial), Format.Time(row.Outcome.LastDenial),
                Format.Duration(row.Outcome.LongestLockOut),
            ]));
    }

    private void WriteFound(LimitResult limit)
    {
        Title("The smallest that denies at most");
        Table table = NewTable(["", .. limit.Found[0].Suggestions.Select(s => Format.PerMille(s.PerMille))]);
        foreach (KnobResult knob in limit.Found)
        {
            Row(table, [Notes.Of(knob.Knob), .. knob.Suggestions.Select(s => s.Value is { } v
                ? $"{knob.Knob.Show(v)} (denies {Format.Count(s.Denied)})" : $"none (at best {Format.Count(s.Denied)} denied)")]);
        }

        _console.Write(table);
        if (!_result.EqualCosts) Line(Notes.UnequalCosts);
    }

    private void WriteBursts()
    {
        Title("Worst bursts: most requests of one key in any span");
        WriteTable(2, ["In", "Requests", "Key", "Until"],
            _result.Bursts.SelectMany(burst => burst.Rows.Take(BurstRows).Select(row =>
            (string[])[$"{burst.SpanSeconds} s", Format.Count(row.Requests), row.Key.Shown, Format.Time(row.EndMicros)])));
    }

    /// <summary>A table in which the keys have what room the other columns leave: a key says enough by its beginning, a number
    /// broken in two says something else.</summary>
    private void WriteTable(int keyColumn, string[] columns, IEnumerable<string[]> cells)
    {
        string[][] rows = [.. cells];
        int others = Gap;
        for (int i = 0; i < columns.Length; i++)
        {
            if (i == keyColumn) continue;
            others += Gap + rows.Select(r => r[i].TrimStart('\0').Length).Append(columns[i].Length).Max();
        }

        int room = Math.Clamp(_terminal.Width - others, LeastOfKey, MostOfKey);
        Table table = NewTable(columns);
        foreach (string[] row in rows)
        {
            row[keyColumn] = Shorten(row[keyColumn], room);
            Row(table, row);
        }

        _console.Write(table);
    }

    /// <summary>Cut to so many cells of the screen, of which some characters take two.</summary>
    private static string Shorten(string key, int cells)
    {
        if (new Segment(key).CellCount() <= cells) return key;
        StringBuilder text = new();
        int used = 3;
        foreach (Rune rune in key.EnumerateRunes())
        {
            string next = rune.ToString();
            used += new Segment(next).CellCount();
            if (used > cells) break;
            text.Append(next);
        }

        return text.Append("...").ToString();
    }

    private string Denied(long count) => count == 0 || !_terminal.Colours ? Format.Count(count) : $"\0{Format.Count(count)}";

    private static Table NewTable(params string[] columns)
    {
        Table table = new() { Border = TableBorder.None, ShowHeaders = true };
        for (int i = 0; i < columns.Length; i++)
        {
            TableColumn column = new(new Text(columns[i], new Style(decoration: Decoration.Dim)))
            {
                Padding = new Padding(0, 0, Gap, 0),

                // On a narrow screen these go over two lines, so that keys and numbers need not.
                NoWrap = columns[i] is not ("Limit" or "First denial" or "Last denial" or "Longest lock-out"),
            };
            bool number = columns[i] is "Requests" or "Denied" or "Share" or "Keys denied";
            if (number) column.RightAligned();
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Cells are text and never markup: keys come from outside.</summary>
    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(IRenderable (c) =>
        c.StartsWith('\0') ? new Text(c[1..], new Style(Color.Red)) : new Text(c)));

    private void Title(string text)
    {
        _terminal.Output.WriteLine();
        _terminal.Output.WriteLine(_terminal.Colours ? $"\e[1m{text}\e[0m" : text);
    }

    private void Line(string text) => _terminal.Output.WriteLine(text);

    private sealed class FixedWidthOutput(TextWriter writer, int width) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => width;

        public int Height => 50;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
