using System.Text;

namespace Headgate.Extensions.Configuration;

/// <summary>What was read, as a message may show it: short, and without anything that would break a line of a log.</summary>
internal static class Printable
{
    private const int Longest = 80;

    public static string Of(string text, int longest = Longest)
    {
        bool isLong = text.Length > longest;
        ReadOnlySpan<char> shown = isLong ? text.AsSpan(0, longest) : text;
        if (!isLong && !shown.ContainsAnyExceptInRange(' ', '~')) return text;
        StringBuilder all = new();
        foreach (Rune rune in shown.EnumerateRunes())
        {
            if (rune.IsAscii ? rune.Value is >= ' ' and <= '~' : Rune.IsLetterOrDigit(rune)) all.Append(rune.ToString());
            else all.Append('?');
        }

        return isLong ? all.Append("...").ToString() : all.ToString();
    }
}
