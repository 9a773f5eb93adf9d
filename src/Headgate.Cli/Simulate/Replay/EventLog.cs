using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Simulate.Replay;

/// <summary>
/// Every event in order of time, to be replayed as often as the search needs: about 5 bytes an event, in memory up to a bound and
/// in a
/// temporary file beyond it. Written by one thread, then read by any number.
/// </summary>
/// <param name="memoryBytes">What may be kept in memory.</param>
/// <param name="folder">Where the temporary file goes; null for where the system has them.</param>
/// <remarks>An event is three numbers of 7 bits a byte: the time since the one before with a bit "cost is 1" below it, the key,
/// the cost if not 1.</remarks>
internal sealed class EventLog(long memoryBytes = EventLog.DefaultMemoryBytes, string? folder = null) : IDisposable
{
    public const long DefaultMemoryBytes = 64L << 20;

    private const int BlockSize = 256 * 1024;
    private const int Tail = sizeof(int);
    private const int MaxEventBytes = 30;

    private readonly List<byte[]> _blocks = [];
    private byte[] _block = new byte[BlockSize];
    private int _used;
    private long _lastTime;
    private readonly string _folder = folder ?? Path.GetTempPath();
    private FileStream? _file;

    public long Count { get; private set; }

    /// <summary>Bytes in the temporary file; 0 if there is none.</summary>
    public long SpilledBytes { get; private set; }

    public void Append(in LogEvent logEvent)
    {
        if (_used + MaxEventBytes + Tail > BlockSize) FinishBlock();
        byte[] block = _block;
        int at = _used;
        ulong delta = (ulong)(logEvent.Time - _lastTime);
        _lastTime = logEvent.Time;
        at = Write(block, at, (delta << 1) | (logEvent.Cost == 1 ? 1UL : 0));
        at = Write(block, at, (uint)logEvent.Key);
        if (logEvent.Cost != 1) at = Write(block, at, (ulong)logEvent.Cost);
        _used = at;
        Count++;
    }

    /// <summary>Call once after the last event.</summary>
    public void Complete()
    {
        if (_file is null) return;
        FinishBlock();
        _block = [];
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Block number <paramref name="index"/>, read into <paramref name="buffer"/> if it is on disk. Empty behind the
    /// last.</summary>
    internal ReadOnlySpan<byte> Block(int index, scoped ref byte[]? buffer)
    {
        if (_file is null)
        {
            return index < _blocks.Count ? Used(_blocks[index]) : index == _blocks.Count ? _block.AsSpan(0, _used) : [];
        }

        long offset = (long)index * BlockSize;
        if (offset >= SpilledBytes) return [];
        buffer ??= new byte[BlockSize];
        for (int length = 0; length < BlockSize;)
        {
            length += Read(buffer.AsSpan(length), offset + length);
        }

        return Used(buffer);
    }

    private static ReadOnlySpan<byte> Used(byte[] block) =>
        block.AsSpan(0, BinaryPrimitives.ReadInt32LittleEndian(block.AsSpan(BlockSize - Tail)));

    private static int Write(byte[] block, int at, ulong value)
    {
        while (value >= 0x80)
        {
            block[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        block[at] = (byte)value;
        return at + 1;
    }

    /// <summary>The last four bytes of a finished block say how much of it is used: an event never lies across two.</summary>
    private void FinishBlock()
    {
        BinaryPrimitives.WriteInt32LittleEndian(_block.AsSpan(BlockSize - Tail), _used);
        if (_file is null && (long)(_blocks.Count + 1) * BlockSize < memoryBytes)
        {
            _blocks.Add(_block);
            _block = new byte[BlockSize];
        }
        else
        {
            SpillAll();
        }

        _used = 0;
    }

    private int Read(Span<byte> buffer, long offset)
    {
        try
        {
            int read = RandomAccess.Read(_file!.SafeFileHandle, buffer, offset);
            return read > 0 ? read : throw new EndOfStreamException("it has been cut short");
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused("read", refused);
        }
    }

    private void SpillAll()
    {
        try
        {
            _file ??= OpenTemporaryFile(_folder);
            foreach (byte[] block in _blocks) Spill(block);
            _blocks.Clear();
            Spill(_block);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Refused("written", refused);
        }
    }

    private CommandException Refused(string what, Exception refused) => CommandException.Failed(
        $"The temporary file of events in {PlainText.Clean(_folder, 200)} cannot be {what}: {PlainText.Reason(refused)}. "
        + $"Make room there, or set {(OperatingSystem.IsWindows() ? "TMP" : "TMPDIR")} "
        + "to a folder that has room and that you may write to.");

    private void Spill(byte[] block)
    {
        RandomAccess.Write(_file!.SafeFileHandle, block, SpilledBytes);
        SpilledBytes += BlockSize;
    }

    /// <summary>Readable by its owner alone, and gone whatever ends the process: unlinked while open, or deleted by Windows when
    /// closed.</summary>
    private static FileStream OpenTemporaryFile(string folder)
    {
        string path = Path.Combine(folder, $"headgate-{Path.GetRandomFileName()}");
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        FileStream file = new(path, options);
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        return file;
    }
}

/// <summary>One pass over an <see cref="EventLog"/>.</summary>
internal ref struct EventCursor(EventLog log)
{
    private readonly EventLog _log = log;
    private ReadOnlySpan<byte> _block;
    private byte[]? _buffer;
    private int _index;
    private int _at;
    private long _time;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(out long time, out int key, out long cost)
    {
        if (_at >= _block.Length && !NextBlock())
        {
            time = cost = key = 0;
            return false;
        }

        ulong head = Number();
        _time += (long)(head >> 1);
        time = _time;
        key = (int)Number();
        cost = (head & 1) != 0 ? 1 : (long)Number();
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Number()
    {
        byte first = _block[_at++];
        return first < 0x80 ? first : LongNumber(first);
    }

    private ulong LongNumber(byte first)
    {
        ulong value = first & 0x7FUL;
        for (int shift = 7; ; shift += 7)
        {
            byte next = _block[_at++];
            value |= (next & 0x7FUL) << shift;
            if (next < 0x80) return value;
        }
    }

    private bool NextBlock()
    {
        _block = _log.Block(_index++, ref _buffer);
        _at = 0;
        return _block.Length > 0;
    }
}
