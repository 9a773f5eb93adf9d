using System.Text.Json;

namespace Headgate.Cli.Simulate.Input;

internal enum LogFormat
{
    Combined,
    JsonLines,
    Csv,
}

/// <summary>Tells a log's format by how it begins.</summary>
internal static class LogFormats
{
    private const int LinesLookedAt = 100;

    public static string NameOf(LogFormat format) => format switch
    {
        LogFormat.Combined => "combined",
        LogFormat.JsonLines => "jsonl",
        _ => "csv",
    };

    public static LogFormat Parse(string name) => name switch
    {
        "combined" or "common" => LogFormat.Combined,
        "jsonl" or "ndjson" or "json" => LogFormat.JsonLines,
        "csv" => LogFormat.Csv,
        _ => throw CommandException.WrongUsage(
            $"--format is \"{PlainText.Clean(name)}\"; it must be combined, jsonl or csv. Leave it out to have it told by the first lines."),
    };

    /// <summary>A combined or JSON line among the first hundred decides; else a first line that is a header with a column for the
    /// time.</summary>
    public static LogFormat Detect(ReadOnlySpan<byte> beginning, FieldSpec spec, string file)
    {
        ReadOnlySpan<byte> header = default;
        ReadOnlySpan<byte> rest = beginning;
        for (int i = 0; i < LinesLookedAt && rest.Length > 0; i++)
        {
            int newline = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (newline < 0 ? rest : rest[..newline]).Trim("\r \t"u8);
            rest = newline < 0 ? [] : rest[(newline + 1)..];
            if (line.Length == 0) continue;
            if (header.Length == 0) header = line;
            if (line[0] == '{' && IsJson(line, cut: newline < 0)) return LogFormat.JsonLines;
            if (CombinedParser.Recognises(line)) return LogFormat.Combined;
        }

        byte separator = CsvParser.SeparatorOf(header);
        string[] columns = CsvParser.ReadHeader(header, separator);
        if (columns.Length > 1 && spec.TimeFieldNames.Any(n =>
            columns.Contains(n, StringComparer.OrdinalIgnoreCase))) return LogFormat.Csv;

        if (beginning.Contains((byte)0))
            throw CommandException.Failed($"{file} is not a text log: it has zero bytes. UTF-16 must be converted first: iconv -f UTF-16 -t UTF-8 FILE.");
        string remedy = columns.Length > 1
            ? "If it is CSV, name the column that holds the time with --time-field."
            : "If it is one, say which with --format combined, jsonl or csv, and pass over unreadable lines with --skip-bad.";
        throw CommandException.Failed(
            $"{file} is no log that can be told by its first lines (combined, JSON lines, CSV with a header). It begins:\n"
            + $"  {PlainText.Clean(header, 120)}\n{remedy}");
    }

    private static bool IsJson(ReadOnlySpan<byte> line, bool cut)
    {
        try
        {
            Utf8JsonReader reader = new(line, isFinalBlock: !cut, default);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
