namespace Headgate.AspNetCore.Tests.Paths;

/// <summary>What a pattern means, by trying everything.</summary>
internal static class NaiveMatcher
{
    public static bool Matches(string pattern, string path) => Segments(Parts(pattern), Parts(path));

    private static string[] Parts(string text)
    {
        if (text.EndsWith('/')) text = text[..^1];
        return text.Length == 0 ? [] : text[1..].Split('/');
    }

    private static bool Segments(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] == "**") return Segments(pattern[1..], path) || (!path.IsEmpty && Segments(pattern, path[1..]));
        if (path.IsEmpty || (path[0].Length == 0 && pattern[0].Contains('*', StringComparison.Ordinal))) return false;
        return Characters(pattern[0], path[0]) && Segments(pattern[1..], path[1..]);
    }

    private static bool Characters(string pattern, string text)
    {
        if (pattern.Length == 0) return text.Length == 0;
        if (pattern[0] == '*') return Characters(pattern[1..], text) || (text.Length > 0 && Characters(pattern, text[1..]));
        return text.Length > 0 && char.ToLowerInvariant(pattern[0]) == char.ToLowerInvariant(text[0]) && Characters(pattern[1..], text[1..]);
    }
}
