using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Paths;

/// <summary>
/// A pattern of paths: <c>/v1/orders/**</c>. Segments are compared without regard to case; <c>*</c> stands for any characters of one
/// segment, alone for a segment that is not empty; <c>**</c> for any number of segments, also none. One slash at the end, of the pattern or
/// of the path, changes nothing. Immutable.
/// </summary>
/// <remarks>
/// No backtracking beyond the last star: the time is at most in proportion to the lengths of pattern and path multiplied. Nothing is
/// allocated. The path is the decoded one without its base, as <see cref="HttpRequest.Path"/> is.
/// </remarks>
internal sealed class PathPattern
{
    /// <summary>The most characters of a pattern: 1,024.</summary>
    public const int MaxLength = 1_024;

    private readonly SegmentPattern[] _segments;

    private PathPattern(string text, SegmentPattern[] segments) => (Text, _segments) = (text, segments);

    public string Text { get; }

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="FormatException">It is none; the message says why and what to write.</exception>
    public static PathPattern Parse(string text)
    {
        if (ProblemOf(text) is { } problem) throw new FormatException($"the path pattern '{Shown(text)}' {problem}");
        string rest = WithoutLastSlash(text).ToString();
        return new PathPattern(text, rest.Length == 0 ? [] : [.. rest[1..].Split('/').Select(segment => new SegmentPattern(segment))]);
    }

    public bool Matches(PathString path) => Matches(path.Value);

    public bool Matches(ReadOnlySpan<char> path)
    {
        path = WithoutLastSlash(path);
        if (path.Length > 0 && path[0] != '/') return false;
        int segment = 0, at = 0, afterStars = -1, retryAt = 0;
        while (at < path.Length)
        {
            if (segment < _segments.Length && _segments[segment].IsAnyNumber)
            {
                afterStars = ++segment;
                retryAt = at;
                if (segment == _segments.Length) return true;
                continue;
            }

            int end = EndOf(path, at);
            if (segment < _segments.Length && _segments[segment].Matches(path[(at + 1)..end]))
            {
                segment++;
                at = end;
                continue;
            }

            // Only the last ** can be the one to take more: an earlier one that took more would leave it less to choose from.
            if (afterStars < 0) return false;
            segment = afterStars;
            at = retryAt = EndOf(path, retryAt);
        }

        while (segment < _segments.Length && _segments[segment].IsAnyNumber) segment++;
        return segment == _segments.Length;
    }

    public override string ToString() => Text;

    private static int EndOf(ReadOnlySpan<char> path, int slash)
    {
        int length = path[(slash + 1)..].IndexOf('/');
        return length < 0 ? path.Length : slash + 1 + length;
    }

    private static ReadOnlySpan<char> WithoutLastSlash(ReadOnlySpan<char> path) => path.EndsWith('/') ? path[..^1] : path;

    private static string? ProblemOf(string text)
    {
        if (text.Length == 0) return "is empty. Write /** for every path.";
        if (text.Length > MaxLength) return $"has {text.Length} characters; it must be at most {MaxLength}. Use ** in place of segments.";
        if (text[0] != '/') return "does not begin with a slash. Write it from the root: /v1/orders/**.";
        if (text.Contains("//", StringComparison.Ordinal)) return "has an empty segment, which no path has. Remove a slash.";
        if (text.AsSpan().IndexOfAny("{}?#\\") is var odd and >= 0)
            return $"has a '{text[odd]}', which no path has. Write * for a segment that varies, and no query.";
        foreach (string segment in text.Split('/'))
        {
            if (segment is "." or "..") return $"has the segment '{segment}', which no path has: the server resolves it. Write the path that it leads to.";
            if (segment.Length > 2 && segment.Contains("**", StringComparison.Ordinal)) return "has a ** that is not a segment of its own. Write * inside a segment.";
        }

        for (int i = 0; i + 2 < text.Length; i++)
        {
            if (text[i] == '%' && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]) && !IsSlash(text.AsSpan(i, 3)))
                return $"has '{text.AsSpan(i, 3)}'; paths are compared decoded. Write the character itself.";
        }

        return null;
    }

    // The one character that the server leaves encoded: %2F.
    private static bool IsSlash(ReadOnlySpan<char> escape) => escape.Equals("%2F", StringComparison.OrdinalIgnoreCase);

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
