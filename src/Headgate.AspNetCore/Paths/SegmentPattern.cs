namespace Headgate.AspNetCore.Paths;

/// <summary>One segment of a pattern: <c>orders</c>, <c>*</c>, <c>*.json</c> or <c>**</c>. Immutable.</summary>
internal sealed class SegmentPattern
{
    private readonly string _text;
    private readonly bool _isLiteral;

    public SegmentPattern(string text)
    {
        _text = text;
        IsAnyNumber = text == "**";
        _isLiteral = !text.Contains('*', StringComparison.Ordinal);
    }

    /// <summary>True for <c>**</c>, any number of segments.</summary>
    public bool IsAnyNumber { get; }

    public bool Matches(ReadOnlySpan<char> segment)
    {
        if (_isLiteral) return segment.Equals(_text, StringComparison.OrdinalIgnoreCase);
        return segment.Length > 0 && MatchesStars(segment);
    }

    private bool MatchesStars(ReadOnlySpan<char> segment)
    {
        int at = 0, pattern = 0, afterStar = -1, retryAt = 0;
        while (at < segment.Length)
        {
            if (pattern < _text.Length && _text[pattern] == '*')
            {
                afterStar = ++pattern;
                retryAt = at;
            }
            else if (pattern < _text.Length && char.ToUpperInvariant(_text[pattern]) == char.ToUpperInvariant(segment[at]))
            {
                pattern++;
                at++;
            }
            else if (afterStar < 0)
            {
                return false;
            }
            else
            {
                // Only the last star can be the one to take more, as with ** among segments.
                pattern = afterStar;
                at = ++retryAt;
            }
        }

        while (pattern < _text.Length && _text[pattern] == '*') pattern++;
        return pattern == _text.Length;
    }
}
