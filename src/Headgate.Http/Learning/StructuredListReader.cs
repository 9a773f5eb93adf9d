using System.Buffers;

namespace Headgate.Http.Learning;

/// <summary>
/// Reads a List of String Items with Parameters (RFC 9651), strictly and without allocating: the form of <c>RateLimit</c> and
/// <c>RateLimit-Policy</c>. Whatever else the field is, inner lists and other items included, fails it as a whole, as the RFC demands.
/// </summary>
/// <remarks>Use: <c>while (reader.ReadItem(...)) while (reader.ReadParameter(...))</c>, then look at <see cref="IsValid"/>; what was read counts only if it is true.</remarks>
internal ref struct StructuredListReader(ReadOnlySpan<char> text)
{
    /// <summary>A longer field is not looked at: servers send a few hundred characters at most.</summary>
    public const int MostLength = 8192;

    private const int MostIntegerDigits = 15;
    private const int MostDecimalDigits = 12;
    private const int MostFractionDigits = 3;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~:/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Padding may be missing (RFC 9651, 4.2.7), so that its place says nothing.</summary>
    private static readonly SearchValues<char> Base64Characters =
        SearchValues.Create("+/=0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("*-._0123456789abcdefghijklmnopqrstuvwxyz");

    private ReadOnlySpan<char> _rest = text.Trim(' ');
    private bool _hasRead;

    /// <summary>True as long as nothing broke the grammar.</summary>
    public bool IsValid { get; private set; } = text.Length <= MostLength;

    /// <summary>The next item; false at the end, and where the grammar is broken. Its parameters must have been read.</summary>
    /// <param name="name">What stands between the quotes, escapes included: two names are equal exactly if these are.</param>
    public bool ReadItem(out ReadOnlySpan<char> name)
    {
        name = default;
        if (!IsValid) return false;
        if (_rest.IsEmpty) return false;
        if (_hasRead)
        {
            SkipOptionalWhitespace();
            if (!Take(',')) return Break();
            SkipOptionalWhitespace();
        }

        _hasRead = true;
        return ReadString(out name) || Break();
    }

    /// <summary>The next parameter of the item; false if it has no more, and where the grammar is broken.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="integer">Its value if that is an Integer, else null.</param>
    public bool ReadParameter(out ReadOnlySpan<char> key, out long? integer)
    {
        key = default;
        integer = null;
        if (!IsValid || !Take(';')) return false;
        _rest = _rest.TrimStart(' ');
        if (_rest.IsEmpty || !(char.IsAsciiLetterLower(_rest[0]) || _rest[0] == '*')) return Break();
        key = TakeWhile(KeyCharacters);
        // Without a value it is Boolean true.
        return !Take('=') || ReadBareItem(out integer) || Break();
    }

    private bool ReadBareItem(out long? integer)
    {
        integer = null;
        if (_rest.IsEmpty) return false;
        char first = _rest[0];
        if (char.IsAsciiDigit(first) || first == '-') return ReadNumber(out integer);
        switch (first)
        {
            case '"':
                return ReadString(out _);
            case ':':
                return ReadBytes();
            case '?':
                return ReadBoolean();
            case '@':
                _rest = _rest[1..];
                return ReadNumber(out long? date) && date is not null;
            case '%':
                return ReadDisplayString();
            default:
                return ReadToken();
        }
    }

    private bool ReadString(out ReadOnlySpan<char> inside)
    {
        inside = default;
        if (!Take('"')) return false;
        for (int i = 0; i < _rest.Length; i++)
        {
            char c = _rest[i];
            if (c == '"')
            {
                inside = _rest[..i];
                _rest = _rest[(i + 1)..];
                return true;
            }

            if (c is < ' ' or > '~') return false;
            if (c == '\\' && (++i == _rest.Length || _rest[i] is not ('"' or '\\'))) return false;
        }

        return false;
    }

    private bool ReadNumber(out long? integer)
    {
        integer = null;
        bool isNegative = Take('-');
        int digits = CountDigits(_rest);
        if (digits is 0 or > MostIntegerDigits) return false;
        bool isDecimal = digits < _rest.Length && _rest[digits] == '.';
        if (isDecimal)
        {
            int fraction = CountDigits(_rest[(digits + 1)..]);
            if (digits > MostDecimalDigits || fraction is 0 or > MostFractionDigits) return false;
            _rest = _rest[(digits + 1 + fraction)..];
            return true;
        }

        long value = 0;
        foreach (char c in _rest[..digits]) value = (value * 10) + (c - '0');
        _rest = _rest[digits..];
        integer = isNegative ? -value : value;
        return true;
    }

    private bool ReadBytes()
    {
        int end = _rest[1..].IndexOf(':');
        if (end < 0 || _rest.Slice(1, end).ContainsAnyExcept(Base64Characters)) return false;
        _rest = _rest[(end + 2)..];
        return true;
    }

    private bool ReadBoolean()
    {
        if (_rest.Length < 2 || _rest[1] is not ('0' or '1')) return false;
        _rest = _rest[2..];
        return true;
    }

    /// <summary>Percent-encoded UTF-8 in quotes after a percent sign. What it decodes to is of no use here and is not looked at.</summary>
    private bool ReadDisplayString()
    {
        if (_rest.Length < 2 || _rest[1] != '"') return false;
        for (int i = 2; i < _rest.Length; i++)
        {
            char c = _rest[i];
            if (c == '"')
            {
                _rest = _rest[(i + 1)..];
                return true;
            }

            if (c is < ' ' or > '~') return false;
            if (c != '%') continue;
            if (i + 2 >= _rest.Length || !char.IsAsciiHexDigitLower(_rest[i + 1]) || !char.IsAsciiHexDigitLower(_rest[i + 2])) return false;
            i += 2;
        }

        return false;
    }

    private bool ReadToken()
    {
        if (!(char.IsAsciiLetter(_rest[0]) || _rest[0] == '*')) return false;
        TakeWhile(TokenCharacters);
        return true;
    }

    private bool Take(char c)
    {
        if (_rest.IsEmpty || _rest[0] != c) return false;
        _rest = _rest[1..];
        return true;
    }

    private ReadOnlySpan<char> TakeWhile(SearchValues<char> these)
    {
        int end = _rest.IndexOfAnyExcept(these);
        ReadOnlySpan<char> taken = end < 0 ? _rest : _rest[..end];
        _rest = _rest[taken.Length..];
        return taken;
    }

    private void SkipOptionalWhitespace() => _rest = _rest.TrimStart(" \t");

    private static int CountDigits(ReadOnlySpan<char> text)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        return digits;
    }

    private bool Break() => IsValid = false;
}
