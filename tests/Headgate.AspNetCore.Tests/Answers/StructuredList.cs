namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>An Item of a List: a String with parameters that are Integers or Strings.</summary>
public sealed record StructuredItem(string Value, IReadOnlyDictionary<string, object> Parameters)
{
    public object? this[string name] => Parameters.GetValueOrDefault(name);
}

/// <summary>Reads a List of Strings with parameters by the letter of RFC 9651, section 4.2; anything else is a FormatException.</summary>
public static class StructuredList
{
    public static IReadOnlyList<StructuredItem> Parse(string text)
    {
        Reader reader = new(text);
        List<StructuredItem> items = [];
        reader.SkipSpaces();
        while (!reader.AtEnd)
        {
            items.Add(new StructuredItem(reader.String(), reader.Parameters()));
            reader.SkipOptionalWhitespace();
            if (reader.AtEnd) break;
            reader.Take(',');
            reader.SkipOptionalWhitespace();
            if (reader.AtEnd) throw new FormatException("A comma with nothing behind it.");
        }

        return items;
    }

    private sealed class Reader(string text)
    {
        private int _at;

        public bool AtEnd => _at == text.Length;

        private char Next => AtEnd ? '\0' : text[_at];

        public void SkipSpaces()
        {
            while (Next == ' ') _at++;
        }

        public void SkipOptionalWhitespace()
        {
            while (Next is ' ' or '\t') _at++;
        }

        public void Take(char c)
        {
            if (Next != c) throw new FormatException($"Expected '{c}' at {_at} of {text}");
            _at++;
        }

        public string String()
        {
            Take('"');
            List<char> value = [];
            while (Next != '"')
            {
                char c = Next;
                _at++;
                if (c == '\\')
                {
                    c = Next;
                    _at++;
                    if (c is not ('"' or '\\')) throw new FormatException($"A backslash before {(int)c} in {text}");
                }
                else if (c is < ' ' or > '~')
                {
                    throw new FormatException($"Character {(int)c} in {text}");
                }

                value.Add(c);
            }

            _at++;
            return new string([.. value]);
        }

        public Dictionary<string, object> Parameters()
        {
            Dictionary<string, object> parameters = [];
            while (Next == ';')
            {
                _at++;
                SkipSpaces();
                string key = Key();
                Take('=');
                parameters[key] = Next == '"' ? String() : Integer();
            }

            return parameters;
        }

        private string Key()
        {
            int start = _at;
            if (Next is not ((>= 'a' and <= 'z') or '*')) throw new FormatException($"No key at {_at} of {text}");
            while (Next is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_' or '-' or '.' or '*') _at++;
            return text[start.._at];
        }

        private object Integer()
        {
            int start = _at;
            if (Next == '-') _at++;
            int digits = _at;
            while (Next is >= '0' and <= '9') _at++;
            if (_at - digits is < 1 or > 15) throw new FormatException($"An integer of {_at - digits} digits in {text}");
            return long.Parse(text.AsSpan(start, _at - start), System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
