using System.Text;

namespace Headgate.Cli.Simulate.Input;

/// <summary>
/// Comma-separated values after RFC 4180 with a header line; semicolons and tabs are told by the header. A record is a line: a
/// line
/// break inside quotes is not supported.
/// </summary>
internal sealed class CsvParser : NamedFieldsParser
{
    private readonly byte _separator;
    private readonly int _columns;

    /// <summary>For each column the fields that it holds and the rank of its name.</summary>
    private readonly List<(WantedField Field, int Rank)>?[] _wantedOf;

    private readonly int _lastWanted;

    public CsvParser(FieldSpec spec, KeyBuilder keys, ReadOnlySpan<byte> header, string file)
        : base(spec, keys)
    {
        _separator = SeparatorOf(header);
        string[] names = ReadHeader(header, _separator);
        _columns = names.Length;
        _wantedOf = new List<(WantedField, int)>?[_columns];
        foreach (WantedField field in Wanted)
        {
            int rank = Array.FindIndex(field.Names, n => IndexOf(names, n) >= 0);
            if (rank < 0)
            {
                string option = field == Wanted[0] ? "--time-field" : field.Name == spec.Cost ? "--cost" : "--key";
                throw CommandException.WrongUsage(
                    $"{file} has no column {string.Join(" or ", field.Names.Select(n => PlainText.Clean(n, 60)))} for {option}. Its columns are: "
                    + $"{string.Join(", ", names.Select(n => PlainText.Clean(n, 60)).Take(40))}.");
            }

            int column = IndexOf(names, field.Names[rank]);
            (_wantedOf[column] ??= []).Add((field, rank));
            _lastWanted = Math.Max(_lastWanted, column);
        }
    }

    public override bool TryParse(ReadOnlySpan<byte> line, out LogEvent logEvent, out string? problem)
    {
        logEvent = default;
        foreach (WantedField field in Wanted) field.Clear();
        ReadOnlySpan<byte> rest = line;
        for (int column = 0; ; column++)
        {
            if (!TryTake(ref rest, _separator, out ReadOnlySpan<byte> raw, out bool more))
            {
                problem = $"the quotes of column {column + 1} are not closed on this line";
                return false;
            }

            if (column < _columns && _wantedOf[column] is { } wanted)
            {
                foreach ((WantedField field, int rank) in wanted) Store(raw, field, rank);
            }

            if (more) continue;
            if (column + 1 == _columns) return TryFinish(out logEvent, out problem);
            problem = $"it has {Format.Count(column + 1, "column")}, the header {_columns}";
            return false;
        }
    }

    public static byte SeparatorOf(ReadOnlySpan<byte> header)
    {
        byte best = (byte)',';
        int most = 0;
        foreach (byte separator in ",;\t"u8)
        {
            int count = header.Count(separator);
            if (count <= most) continue;
            (best, most) = (separator, count);
        }

        return best;
    }

    public static string[] ReadHeader(ReadOnlySpan<byte> header, byte separator)
    {
        List<string> names = [];
        bool more = true;
        while (more)
        {
            if (!TryTake(ref header, separator, out ReadOnlySpan<byte> raw, out more)) break;
            names.Add(Encoding.UTF8.GetString(raw).Trim().Trim('"').Replace("\"\"", "\"", StringComparison.Ordinal));
        }

        return [.. names];
    }

    private static int IndexOf(string[] names, string name) =>
        Array.FindIndex(names, n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The next value as it stands, quotes included.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> rest, byte separator, out ReadOnlySpan<byte> raw, out bool more)
    {
        int end = 0;
        if (rest.Length > 0 && rest[0] == '"')
        {
            end = 1;
            while (true)
            {
                int quote = rest[end..].IndexOf((byte)'"');
                if (quote < 0)
                {
                    raw = default;
                    more = false;
                    return false;
                }

                end += quote + 1;
                if (end >= rest.Length || rest[end] != '"') break;
                end++;
            }
        }

        int found = rest[end..].IndexOf(separator);
        more = found >= 0;
        raw = more ? rest[..(end + found)] : rest;
        rest = more ? rest[(end + found + 1)..] : [];
        return true;
    }

    private static void Store(ReadOnlySpan<byte> raw, WantedField field, int rank)
    {
        if (raw.Length < 2 || raw[0] != '"')
        {
            field.Set(raw.Trim((byte)' '), rank);
            return;
        }

        Span<byte> room = field.Room(raw.Length);
        int length = 0;
        for (int i = 1; i < raw.Length - 1; i++)
        {
            room[length++] = raw[i];
            if (raw[i] == '"' && raw[i + 1] == '"') i++;
        }

        field.Written(length, rank);
    }
}
