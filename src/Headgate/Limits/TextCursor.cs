using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Headgate;

/// <summary>A position in a text that is being read; every complaint names it.</summary>
internal ref struct TextCursor(string text, string what, string example)
{
    private readonly string _text = text;

    /// <summary>Index of the next character, from 0.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position >= _text.Length;

    public readonly char Current => AtEnd ? '\0' : _text[Position];

    public void SkipSpace()
    {
        while (!AtEnd && char.IsWhiteSpace(_text[Position])) Position++;
    }

    public bool TryTake(char c)
    {
        SkipSpace();
        if (Current != c) return false;
        Position++;
        return true;
    }

    public void Take(char c, string because)
    {
        if (!TryTake(c)) throw Fail($"expected '{c}' {because}");
    }

    public void End()
    {
        SkipSpace();
        if (!AtEnd) throw Fail("expected nothing more");
    }

    /// <summary>A run of letters, digits, '_' and 'µ' that starts with a letter.</summary>
    public ReadOnlySpan<char> Word(string expected)
    {
        SkipSpace();
        int start = Position;
        while (!AtEnd && (char.IsLetter(_text[Position]) || (Position > start && (char.IsAsciiDigit(_text[Position]) || _text[Position] == '_')))) Position++;
        return Position > start ? _text.AsSpan(start, Position - start) : throw Fail($"expected {expected}");
    }

    /// <summary>A non-negative decimal number, exact: value = <paramref name="digits"/> / 10^<paramref name="scale"/>.</summary>
    public void Number(string expected, out long digits, out int scale)
    {
        SkipSpace();
        int start = Position;
        while (!AtEnd && char.IsAsciiDigit(_text[Position])) Position++;
        int dot = -1;
        if (Current == '.' && Position > start && Position + 1 < _text.Length && char.IsAsciiDigit(_text[Position + 1]))
        {
            dot = Position++;
            while (!AtEnd && char.IsAsciiDigit(_text[Position])) Position++;
        }

        if (Position == start) throw Fail($"expected {expected}");
        ReadOnlySpan<char> number = _text.AsSpan(start, Position - start);
        scale = dot < 0 ? 0 : Position - dot - 1;
        if (scale > 0)
        {
            number = string.Concat(number[..(dot - start)], number[(dot - start + 1)..]).AsSpan();
            while (scale > 0 && number[^1] == '0')
            {
                number = number[..^1];
                scale--;
            }
        }

        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out digits) || scale > 15)
        {
            Position = start;
            throw Fail("expected a number of at most 15 decimal places and at most 9223372036854775807");
        }
    }

    /// <summary>A word of the characters a name may have, or any name in double quotes.</summary>
    public string Name()
    {
        SkipSpace();
        int start = Position;
        if (TryTake('"'))
        {
            while (!AtEnd && Current != '"') Position++;
            string quoted = _text[(start + 1)..Position];
            Take('"', "to end the name");
            return quoted;
        }

        while (!AtEnd && IsPlainNameCharacter(_text[Position])) Position++;
        return Position > start ? _text[start..Position] : throw Fail("expected a name");
    }

    public static bool IsPlainNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/';

    [SuppressMessage("Performance", "CA1822", Justification = "Reads as an action of the cursor.")]
    public readonly FormatException Fail(string problem, Exception? inner = null) => FailAt(Position, problem, inner);

    public readonly FormatException FailAt(int position, string problem, Exception? inner = null)
    {
        string found = position >= _text.Length ? "the end" : $"'{_text[position]}'";
        string shown = _text.Length <= 200 ? _text : string.Concat(_text.AsSpan(0, 200), "...");
        string tail = inner is null ? $", found {found}" : "";
        return new FormatException($"\"{shown}\" is not {what}: at position {position} {problem}{tail}. Example: {example}", inner);
    }
}
