using System.Text;

namespace Headgate.AspNetCore.Answers;

/// <summary>Parts of structured fields (RFC 9651).</summary>
internal static class StructuredText
{
    /// <summary>The largest integer that a structured field may have: 15 digits.</summary>
    public const long MaxInteger = 999_999_999_999_999;

    public static long Integer(long value) => Math.Clamp(value, 0, MaxInteger);

    /// <summary>A String, quoted. A character that it cannot have becomes a question mark; names of limits have none.</summary>
    public static string String(string text)
    {
        StringBuilder quoted = new(text.Length + 2);
        quoted.Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\') quoted.Append('\\');
            quoted.Append(c is >= ' ' and <= '~' ? c : '?');
        }

        return quoted.Append('"').ToString();
    }
}
