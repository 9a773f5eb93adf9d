using System.Security.Cryptography;
using System.Text;

namespace Headgate.Extensions.Configuration;

/// <summary>A file of YAML or JSON.</summary>
/// <param name="path">The full path; links are followed.</param>
/// <param name="optional">True if it need not be there at the start.</param>
/// <param name="reloadOnChange">True to look for changes.</param>
internal sealed class FileSource(string path, bool optional, bool reloadOnChange) : IPolicySource
{
    /// <summary>The largest file: 16 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Up to this a look costs nothing that matters; of a larger file size and time are compared first.</summary>
    private const int SmallBytes = 64 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private (long Length, DateTime Written) _stamp;

    public string Name => path;

    public bool IsOptional => optional;

    public bool IsPolled => reloadOnChange;

    public SourceContent? Look()
    {
        try
        {
            _stamp = Stamp();
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            byte[] bytes = ReadBounded(file);
            return new SourceContent(Convert.ToHexString(SHA256.HashData(bytes)), () => Read(path, bytes));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Refuse(path, null, $"the file cannot be read: {Printable.Of(e.Message, 300)} Check the path and its permissions.", e);
        }
    }

    public bool MayHaveChanged() => Stamp() is var now && (now.Length <= SmallBytes || now != _stamp);

    public IDisposable? Watch(Action changed)
    {
        if (!reloadOnChange) return null;
        FileSystemWatcher? watcher = null;
        string file = Path.GetFileName(path);
        // Kubernetes swaps the folder that the file links into, which is called ..data.
        void Heard(string? name)
        {
            if (name is null || name == file || name.StartsWith("..", StringComparison.Ordinal)) changed();
        }

        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!);
            watcher.Changed += (_, e) => Heard(e.Name);
            watcher.Created += (_, e) => Heard(e.Name);
            watcher.Renamed += (_, e) => Heard(e.Name);
            watcher.Error += (_, _) => changed();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // No such folder yet, or the system watches as much as it will: changes are found by looking.
            watcher?.Dispose();
            return null;
        }
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="HeadgateConfigurationException">Something in it cannot be.</exception>
    public static ConfigurationReading Read(string path, byte[] bytes)
    {
        string text;
        ReadOnlySpan<byte> body = bytes.AsSpan();
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
        try
        {
            text = Strict.GetString(body);
        }
        catch (DecoderFallbackException e)
        {
            throw Refuse(path, LineOf(body, Math.Max(0, e.Index)), "the bytes here are not UTF-8. Save the file as UTF-8.", e);
        }

        // To the parser it would be the end.
        if (text.Contains('\0', StringComparison.Ordinal)) throw Refuse(path, LineOf(body, body.IndexOf((byte)0)), "here is a NUL character; the file must be text in UTF-8. Save it as UTF-8.");
        return SettingsReader.Read(YamlNodes.Read(path, text));
    }

    private byte[] ReadBounded(FileStream file)
    {
        using MemoryStream all = new();
        byte[] buffer = new byte[SmallBytes];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            all.Write(buffer, 0, read);
            if (all.Length > MaxBytes) throw Refuse(path, null, $"the file has more than {MaxBytes} bytes; it must have at most that. Split the configuration.");
        }

        return all.ToArray();
    }

    private (long Length, DateTime Written) Stamp()
    {
        try
        {
            FileInfo file = new(path);
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
            return file.Exists ? (file.Length, file.LastWriteTimeUtc) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone while it was looked at; the next look tells.
            return default;
        }
    }

    private static int LineOf(ReadOnlySpan<byte> bytes, int index) => bytes[..Math.Min(index, bytes.Length)].Count((byte)'\n') + 1;

    private static HeadgateConfigurationException Refuse(string path, int? line, string message, Exception? inner = null) =>
        new([new HeadgateConfigurationError(path, line, line is null ? null : 1, "", message)], inner);
}
