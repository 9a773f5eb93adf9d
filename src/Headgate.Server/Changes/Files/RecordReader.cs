namespace Headgate.Server.Changes.Files;

/// <summary>How a file goes on after its good lines.</summary>
internal enum RecordEnd
{
    /// <summary>It does not: they are all.</summary>
    Clean,

    /// <summary>With the beginning of a line: a crash came in between.</summary>
    Torn,

    /// <summary>With something that was never written so.</summary>
    Damaged,
}

/// <summary>Reads the lines of a file until its end, or until one is not good. Holds one line at a time.</summary>
internal sealed class RecordReader(Stream stream) : IDisposable
{
    private const int FirstBuffer = 64 * 1024;
    private const int LongestLine = Records.HeadBytes + Records.MaxBytes + 1;

    private byte[] _buffer = new byte[FirstBuffer];
    private int _start;
    private int _filled;

    /// <summary>Bytes of the good lines so far.</summary>
    public long Position { get; private set; }

    /// <summary>Good lines so far.</summary>
    public int Count { get; private set; }

    /// <summary>Valid once <see cref="TryRead"/> has returned false.</summary>
    public RecordEnd End { get; private set; }

    /// <param name="json">The JSON of the next line, until the next call.</param>
    public bool TryRead(out ReadOnlyMemory<byte> json)
    {
        json = default;
        if (End != RecordEnd.Clean) return false;
        int searched = 0;
        while (true)
        {
            int end = _buffer.AsSpan(_start + searched, _filled - _start - searched).IndexOf((byte)'\n');
            if (end >= 0) return Take(searched + end, ends: true, out json);
            searched = _filled - _start;
            if (searched > LongestLine)
            {
                End = RecordEnd.Damaged;
                return false;
            }

            if (Fill()) continue;
            return searched > 0 && Take(searched, ends: false, out json);
        }
    }

    public void Dispose() => stream.Dispose();

    private bool Take(int length, bool ends, out ReadOnlyMemory<byte> json)
    {
        json = default;
        Span<byte> line = _buffer.AsSpan(_start, length);
        if (!ends || !Records.IsGood(line))
        {
            // All that was said to come is there, so no crash cut it off: its end was made something else.
            int said = Records.LengthOf(line);
            End = ends || (said >= 0 && length > Records.HeadBytes + said) ? RecordEnd.Damaged : RecordEnd.Torn;
            return false;
        }

        json = _buffer.AsMemory(_start + Records.HeadBytes, length - Records.HeadBytes);
        _start += length + 1;
        Position += length + 1;
        Count++;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
            _filled -= _start;
            _start = 0;
        }

        if (_filled == _buffer.Length) Array.Resize(ref _buffer, (int)Math.Min(_buffer.Length * 2L, LongestLine + 1L));
        int read = stream.Read(_buffer.AsSpan(_filled));
        _filled += read;
        return read > 0;
    }
}
