using System.Globalization;
using System.Text;

namespace Headgate.Cli;

/// <summary>Text from logs and arguments is untrusted: what could steer a terminal is shown as an escape instead.</summary>
internal static class PlainText
{
    /// <summary>Control, format and surrogate characters as <c>\x1B</c> or <c>\u202E</c>; cut with "..." to
    /// <paramref name="most"/> characters.</summary>
    public static string Clean(string text, int most = 400)
    {
        StringBuilder clean = new(Math.Min(text.Length, most) + 8);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (clean.Length >= most) return clean.Append("...").ToString();
            if (IsHarmless(rune)) clean.Append(rune.ToString());
            else if (rune.Value < 0x100) clean.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:X2}");
            else clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
        }

        return clean.ToString();
    }

    /// <summary>Bytes of a log as clean text: UTF-8 where it is, U+FFFD where it is not.</summary>
    public static string Clean(ReadOnlySpan<byte> bytes, int most = 400) =>
        Clean(Encoding.UTF8.GetString(bytes.Length > most * 4 ? bytes[..(most * 4)] : bytes), most);

    /// <summary>What the system says went wrong, to be put into a sentence that names the file and the remedy.</summary>
    public static string Reason(Exception problem) => Clean(problem.Message).TrimEnd('.', ' ');

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned => false,
        _ => true,
    };
}
