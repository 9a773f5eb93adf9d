using System.Text;

namespace Headgate.Cli.Simulate.Report;

/// <summary>Requests over time as columns, what was denied stacked on what was allowed.</summary>
/// <remarks>With Unicode a row is eight steps high; in plain ASCII it is one, and letters take the place of colours.</remarks>
internal static class TerminalPlot
{
    private const string Blocks = " ▁▂▃▄▅▆▇█";
    private const string AllowedColour = "\e[36m", DeniedColour = "\e[31m", DeniedBackground = "\e[41m", Reset = "\e[0m";
    private const int Height = 7;

    public static IEnumerable<string> Draw(SimulationResult result, int row, Terminal terminal)
    {
        int width = Math.Clamp(terminal.Width - 14, 20, 120);
        long[] requests = result.Timeline.Row(0, width);
        long[] denied = result.Timeline.Row(row, width);

        // Few bins make wide columns rather than a plot that ends in the middle.
        int wide = Math.Max(1, Math.Min(8, width / requests.Length));
        long most = Math.Max(1, requests.Max());
        string top = Format.Count(most);
        for (int line = Height - 1; line >= 0; line--)
        {
            StringBuilder text = new();
            text.Append((line == Height - 1 ? top : line == 0 ? "0" : "").PadLeft(9)).Append(' ')
                .Append(terminal.Unicode ? '│' : '|');
            for (int column = 0; column < requests.Length; column++)
                text.Append(Cell(requests[column], requests[column] - denied[column], most, line, terminal, wide));
            yield return text.ToString().TrimEnd();
        }

        long step = result.Timeline.WidthMicros * result.Timeline.BinsIn(width);
        int columns = requests.Length * wide;
        yield return new string(' ', 10) + (terminal.Unicode ? "└" + new string('─', columns) : "+" + new string('-', columns));
        yield return new string(' ', 11) + Axis(result, columns, step * requests.Length);
        string legend = terminal.Colours && terminal.Unicode
            ? $"{AllowedColour}█{Reset} allowed  {DeniedColour}█{Reset} denied"
            : terminal.Unicode ? "░ allowed  █ denied" : ". allowed  # denied";
        yield return new string(' ', 11) + $"{legend}   requests in {Format.Duration(step)} each, times in UTC";
    }

    private static string Cell(long all, long allowed, long most, int line, Terminal terminal, int wide)
    {
        if (terminal.Colours && terminal.Unicode)
        {
            int allEighths = Eighths(all, most);
            int allowedEighths = all == allowed ? allEighths : Math.Min(Eighths(allowed, most), allEighths - 1);
            int here = Math.Clamp(allEighths - (line * 8), 0, 8), allowedHere = Math.Clamp(allowedEighths - (line * 8), 0, 8);
            if (here == 0) return new string(' ', wide);
            if (allowedHere == here) return $"{AllowedColour}{new string(Blocks[here], wide)}{Reset}";
            if (allowedHere == 0) return $"{DeniedColour}{new string(Blocks[here], wide)}{Reset}";

            // Two colours share a cell: the lower one is drawn, the upper one fills the rest of the cell.
            return $"{AllowedColour}{DeniedBackground}{new string(Blocks[allowedHere], wide)}{Reset}";
        }

        int rows = Rows(all, most);
        int allowedRows = all == allowed ? rows : Math.Min(Rows(allowed, most), rows - 1);
        char glyph = line >= rows ? ' ' : line >= allowedRows ? (terminal.Unicode ? '█' : '#') : terminal.Unicode ? '░' : '.';
        return new string(glyph, wide);
    }

    /// <summary>Something is never drawn as nothing.</summary>
    private static int Eighths(long count, long most) =>
        count == 0 ? 0 : Math.Max(1, (int)Math.Round(count * (double)(Height * 8) / most));

    private static int Rows(long count, long most) =>
        count == 0 ? 0 : Math.Max(1, (int)Math.Round(count * (double)Height / most));

    private static string Axis(SimulationResult result, int columns, long span)
    {
        string left = Format.AxisTime(result.Timeline.StartMicros, span);
        string middle = Format.AxisTime(result.Timeline.StartMicros + (span / 2), span);
        string right = Format.AxisTime(result.Timeline.StartMicros + span, span);
        if (columns < left.Length + middle.Length + right.Length + 8) return $"{left} to {right}";
        int gap = (columns / 2) - left.Length - (middle.Length / 2);
        string axis = left + new string(' ', gap) + middle;
        return axis + right.PadLeft(columns - axis.Length);
    }
}
