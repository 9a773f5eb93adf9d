namespace Headgate.Server.Access;

/// <summary>Names from outside, for a line of a log or of the history: they must not break it, or fill it.</summary>
internal static class Printable
{
    private const int MaxLength = 300;

    public static string Of(string text)
    {
        if (text.Length <= MaxLength && !text.Any(Breaks)) return text;
        return string.Concat(text.Take(MaxLength).Select(c => Breaks(c) ? '?' : c)) + (text.Length > MaxLength ? "..." : "");
    }

    /// <summary>Control characters, line separators, and what turns the direction of writing so that a line reads otherwise than it is.</summary>
    public static bool Breaks(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or '\u200e' or '\u200f' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');
}
