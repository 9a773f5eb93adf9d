using System.Globalization;

namespace Headgate.Cli;

/// <summary>Reads what --limit says; what cannot be read is shown with a caret below the place.</summary>
internal static class LimitArgument
{
    private const string Marker = "\" is not a limit: at position ";

    /// <exception cref="CommandException">Wrong usage: the text is no limit.</exception>
    public static Limit Parse(string text)
    {
        try
        {
            return Limit.Parse(text);
        }
        catch (FormatException refused)
        {
            throw CommandException.WrongUsage(Complain(text, refused.Message));
        }
    }

    private static string Complain(string text, string message)
    {
        int at = message.IndexOf(Marker, StringComparison.Ordinal);
        int numberAt = at + Marker.Length;
        int space = at < 0 ? -1 : message.IndexOf(' ', numberAt);
        if (space < 0 || !int.TryParse(message.AsSpan(numberAt, space - numberAt), NumberStyles.None,
            CultureInfo.InvariantCulture, out int position))
            return $"--limit: {PlainText.Clean(message)}";

        // A long text is shown around the place, so that the caret stays on the same line of the screen.
        int start = Math.Max(0, position - 60);
        int length = Math.Min(text.Length - start, 100);
        string lead = start > 0 ? "..." : "";
        string shown = string.Concat(text.AsSpan(start, length).ToString().Select(c => char.IsControl(c) || char.IsSurrogate(c)
            ? '?' : c));
        string problem = message[(space + 1)..];
        return $"--limit cannot be read, at position {position}:\n  {lead}{shown}\n  {new string(' ', lead.Length + position - start)}^\n{PlainText.Clean(problem, 600)}";
    }
}
