using System.IO.Compression;

namespace Headgate.Cli.Simulate.Input;

/// <summary>Opens a log: plain or gzip, told by its first bytes and not by its name; a hyphen is standard input.</summary>
internal static class LogFile
{
    public const string StandardInput = "-";

    private static readonly (byte[] Magic, string Kind, string Tool)[] OtherKinds =
    [
        ([0x28, 0xB5, 0x2F, 0xFD], "zstd", "zstd -dc"),
        ([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z'], "xz", "xz -dc"),
        ("BZh"u8.ToArray(), "bzip2", "bzip2 -dc"),
        ([(byte)'P', (byte)'K', 3, 4], "zip", "unzip -p"),
    ];

    /// <summary>Without this the framework takes gzip data that are cut short for complete.</summary>
    static LogFile() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <param name="path">A file, or a hyphen.</param>
    /// <param name="terminal">Has standard input.</param>
    /// <param name="raw">The stream of the file itself, which knows how far it has been read.</param>
    public static Stream Open(string path, Terminal terminal, out CountingStream raw)
    {
        raw = new CountingStream(path == StandardInput ? terminal.OpenInput() : OpenFile(path), LengthOf(path));
        Span<byte> first = stackalloc byte[8];
        int length;
        try
        {
            length = Peek(raw, first);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            raw.Dispose();
            throw CommandException.Failed(
                $"{Name(path)} cannot be read: {PlainText.Reason(refused)}. Check the disk or network it is on, or simulate a copy of it.");
        }

        Stream whole = new PrefixedStream(first[..length].ToArray(), raw);
        if (length >= 2 && first[0] == 0x1F && first[1] == 0x8B) return new GZipStream(whole, CompressionMode.Decompress);

        foreach ((byte[] magic, string kind, string tool) in OtherKinds)
        {
            if (!first[..length].StartsWith(magic)) continue;
            raw.Dispose();
            throw CommandException.Failed(
                $"{Name(path)} is compressed with {kind}; plain text and gzip can be read. Use: {tool} FILE | headgate simulate -");
        }

        return whole;
    }

    public static string Name(string path) => path == StandardInput ? "standard input" : PlainText.Clean(path, 200);

    private static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path))
            throw CommandException.Failed($"{Name(path)} is a directory. Name the log files in it, such as {Name(Path.Combine(path, "access.log"))}.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0,
                FileOptions.SequentialScan);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.Failed($"{Name(path)} does not exist. Check the path; relative ones start from {Name(Environment.CurrentDirectory)}.");
        }
        catch (Exception refused) when (
            refused is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw CommandException.Failed($"{Name(path)} cannot be opened: {PlainText.Reason(refused)}. Check the path, and that you may read it.");
        }
    }

    private static long LengthOf(string path) => path != StandardInput && File.Exists(path) ? new FileInfo(path).Length : 0;

    private static int Peek(Stream stream, Span<byte> first)
    {
        int length = 0;
        while (length < first.Length)
        {
            int read = stream.Read(first[length..]);
            if (read == 0) break;
            length += read;
        }

        return length;
    }
}

/// <summary>Counts what is read, for progress: any thread may look.</summary>
internal sealed class CountingStream(Stream inner, long length) : ReadOnlyStream
{
    private long _read;

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => Volatile.Read(ref _read);

    /// <summary>Bytes in all; 0 if that is not known.</summary>
    public long BytesTotal { get; } = length;

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        Volatile.Write(ref _read, _read + read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Gives back first what was read ahead.</summary>
internal sealed class PrefixedStream(byte[] prefix, Stream rest) : ReadOnlyStream
{
    private int _given;

    public override int Read(Span<byte> buffer)
    {
        int left = prefix.Length - _given;
        if (left == 0) return rest.Read(buffer);
        int given = Math.Min(left, buffer.Length);
        prefix.AsSpan(_given, given).CopyTo(buffer);
        _given += given;
        return given;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) rest.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A stream that is read from the beginning to the end and nothing else.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
