namespace Headgate.Cli.Simulate.Input;

/// <summary>Lines of a stream as bytes, without their line ends, in one buffer that grows up to <see cref="MaxLine"/>.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>A longer line is passed over and reported as bad: 1 MiB.</summary>
    public const int MaxLine = 1 << 20;

    private const int Chunk = 256 * 1024;
    private const int Shown = 256;
    private const int Beginning = 64 * 1024;

    private byte[] _buffer = new byte[Chunk];
    private int _start;
    private int _end;
    private bool _ended;

    /// <summary>The number of the last line given out, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>What is read already and not given out: for a look at how the log begins.</summary>
    public ReadOnlySpan<byte> Ahead
    {
        get
        {
            while (_end - _start < Beginning && !_ended) Fill();
            return _buffer.AsSpan(_start, _end - _start);
        }
    }

    public void Skip(int bytes) => _start += bytes;

    /// <summary>
    /// The next line; it is valid until the next call. A line above <see cref="MaxLine"/> is cut short and
    /// <paramref name="tooLong"/> is true.
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool tooLong)
    {
        tooLong = false;
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                int length = searched + newline;
                tooLong = length > MaxLine;
                line = Trim(_buffer.AsSpan(_start, tooLong ? Shown : length));
                _start += length + 1;
                LineNumber++;
                return true;
            }

            searched = _end - _start;
            if (searched > MaxLine)
            {
                tooLong = true;
                line = SkipRest();
                LineNumber++;
                return true;
            }

            if (_ended || Fill() == 0)
            {
                line = Trim(_buffer.AsSpan(_start, _end - _start));
                bool any = _start < _end;
                _start = _end;
                if (any) LineNumber++;
                return any;
            }
        }
    }

    public void Dispose() => stream.Dispose();

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line.Length > 0 && line[^1] == '\r' ? line[..^1] : line;

    /// <summary>Reads more behind what is there. 0 at the end.</summary>
    private int Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
        return read;
    }

    /// <summary>Passes over the rest of a line that does not fit; its beginning is kept to be shown.</summary>
    private ReadOnlySpan<byte> SkipRest()
    {
        byte[] beginning = _buffer.AsSpan(_start, Shown).ToArray();
        _start = _end = 0;
        while (Fill() > 0)
        {
            int newline = _buffer.AsSpan(0, _end).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                _start = newline + 1;
                break;
            }

            _start = _end = 0;
        }

        return beginning;
    }
}
