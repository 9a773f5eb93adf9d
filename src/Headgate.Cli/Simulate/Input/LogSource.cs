namespace Headgate.Cli.Simulate.Input;

/// <summary>The events of one file, in the order of its lines.</summary>
internal sealed class LogSource : IDisposable
{
    private readonly LineReader _lines;
    private readonly LineParser _parser;
    private readonly BadLines _bad;
    private long _lastTime = long.MinValue;
    private long _newest = long.MinValue;

    private LogSource(string file, LogFormat format, LineReader lines, LineParser parser, BadLines bad, CountingStream raw)
    {
        File = file;
        Format = format;
        _lines = lines;
        _parser = parser;
        _bad = bad;
        Raw = raw;
    }

    public string File { get; }

    public LogFormat Format { get; }

    public CountingStream Raw { get; }

    public long Lines => _lines.LineNumber;

    /// <summary>Lines earlier than the line before them.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>By how many microseconds a line was earlier than the newest before it, at most.</summary>
    public long MostLate { get; private set; }

    /// <summary>The event read ahead, by which files are merged.</summary>
    public LogEvent Next { get; private set; }

    public static LogSource Open(string path, LogFormat? format, FieldSpec spec, KeyBuilder keys, BadLines bad, Terminal terminal)
    {
        string file = LogFile.Name(path);
        LineReader lines = new(LogFile.Open(path, terminal, out CountingStream raw));
        try
        {
            if (lines.Ahead.StartsWith("\uFEFF"u8)) lines.Skip(3);
            if (lines.Ahead.Length == 0)
                throw CommandException.Failed($"{file} is empty. Name a log that has lines.");
            LogFormat known = format ?? LogFormats.Detect(lines.Ahead, spec, file);
            LineParser parser = known switch
            {
                LogFormat.Combined => new CombinedParser(spec, keys),
                LogFormat.JsonLines => new JsonLinesParser(spec, keys),
                _ => new CsvParser(spec, keys, ReadHeader(lines), file),
            };
            return new LogSource(file, known, lines, parser, bad, raw);
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            lines.Dispose();
            throw Unreadable(file, 0, broken);
        }
        catch
        {
            lines.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next event into <see cref="Next"/>; false at the end.</summary>
    public bool MoveNext()
    {
        try
        {
            while (_lines.TryRead(out ReadOnlySpan<byte> line, out bool tooLong))
            {
                if (line.Length == 0) continue;
                if (tooLong)
                {
                    _bad.Report(File, Format, Lines, line, $"it is longer than {LineReader.MaxLine} bytes");
                    continue;
                }

                if (!_parser.TryParse(line, out LogEvent logEvent, out string? problem))
                {
                    if (!line.ContainsAnyExcept(" \t"u8)) continue;
                    _bad.Report(File, Format, Lines, line, problem!);
                    continue;
                }

                if (logEvent.Time < _lastTime) OutOfOrder++;
                _lastTime = logEvent.Time;
                if (logEvent.Time >= _newest) _newest = logEvent.Time;
                else MostLate = Math.Max(MostLate, _newest - logEvent.Time);
                Next = logEvent;
                return true;
            }

            return false;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            throw Unreadable(File, Lines, broken);
        }
    }

    public void Dispose() => _lines.Dispose();

    private static CommandException Unreadable(string file, long line, Exception broken)
    {
        string where = line == 0 ? "" : $" after line {line}";
        return CommandException.Failed(broken is InvalidDataException
            ? $"{file} is damaged{where}: its gzip data are cut short or broken ({PlainText.Clean(broken.Message)}). Test it with: gzip -t FILE"
            : $"{file} cannot be read on{where}: {PlainText.Reason(broken)}. Check the disk or network it is on, or simulate a copy of it.");
    }

    private static ReadOnlySpan<byte> ReadHeader(LineReader lines)
    {
        while (lines.TryRead(out ReadOnlySpan<byte> line, out _))
        {
            if (line.Length > 0) return line;
        }

        return default;
    }
}

/// <summary>Several files as one log: always the event of the file whose next one is oldest.</summary>
internal sealed class MergedSources(IReadOnlyList<LogSource> sources) : IDisposable
{
    private readonly List<LogSource> _open = [];
    private LogSource? _given;
    private bool _started;

    public IReadOnlyList<LogSource> All => sources;

    public bool TryRead(out LogEvent logEvent)
    {
        if (!_started)
        {
            _started = true;
            foreach (LogSource source in sources)
            {
                if (source.MoveNext()) _open.Add(source);
            }
        }
        else if (_given is not null && !_given.MoveNext())
        {
            _open.Remove(_given);
        }

        _given = null;
        if (_open.Count == 0)
        {
            logEvent = default;
            return false;
        }

        LogSource oldest = _open[0];
        for (int i = 1; i < _open.Count; i++)
        {
            if (_open[i].Next.Time < oldest.Next.Time) oldest = _open[i];
        }

        _given = oldest;
        logEvent = oldest.Next;
        return true;
    }

    public void Dispose()
    {
        foreach (LogSource source in sources) source.Dispose();
    }
}
