using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Server.Changes.Files;

/// <summary>A folder on a disk. It, and all in it, is for its owner alone.</summary>
internal sealed partial class DiskFolder : IConfigFolder
{
    private const string LockName = "lock";
    private const string OwnerName = "lock.pid";
    private const int MaxIdLength = 20;
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>What opening a file says that another process has: EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION.</summary>
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];

    private FileStream? _lock;

    /// <summary>Makes the folder where it is not there, and closes it to others where it was open to them.</summary>
    public DiskFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, OwnerFolder);
        try
        {
            if (File.GetUnixFileMode(Path) != OwnerFolder) File.SetUnixFileMode(Path, OwnerFolder);
        }
        catch (Exception foreign) when (foreign is IOException or UnauthorizedAccessException)
        {
            // Somebody else's folder, or one that cannot be written: what it allows was decided there.
        }
    }

    public string Path { get; }

    public string? Lock()
    {
        try
        {
            _lock ??= Open(LockName, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException taken) when (InUse.Contains(taken.HResult))
        {
            return Owner();
        }

        try
        {
            // In a file of its own: nobody else may open the one that is locked.
            using FileStream owner = Open(OwnerName, FileMode.Create, FileShare.ReadWrite);
            owner.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // It only serves a message, and a full disk is no reason not to start.
        }

        return null;
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(Path).Select(file => System.IO.Path.GetFileName(file))];

    public Stream OpenRead(string name) => new FileStream(Of(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    public IConfigFile Create(string name) => new DiskFile(Open(name, FileMode.Create));

    public IConfigFile OpenWrite(string name) => new DiskFile(Open(name, FileMode.Open));

    public void Rename(string from, string to) => File.Move(Of(from), Of(to), overwrite: true);

    public void Delete(string name) => File.Delete(Of(name));

    public void Sync()
    {
        // Where folders cannot be opened, the file system keeps names in its own journal.
        if (OperatingSystem.IsWindows()) return;
        int folder = OpenFolder(Path, 0);
        if (folder < 0) throw Failed("opened");
        try
        {
            if (SyncFolder(folder) != 0) throw Failed("synced");
        }
        finally
        {
            _ = CloseFolder(folder);
        }
    }

    public void Dispose() => _lock?.Dispose();

    private string Owner()
    {
        try
        {
            string id = File.ReadAllText(Of(OwnerName)).Trim();
            if (id is { Length: > 0 and <= MaxIdLength } && id.All(char.IsAsciiDigit)) return $"the process {id}";
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }

        return "another process";
    }

    /// <summary>A stream without a buffer: its handle is what is written to.</summary>
    private FileStream Open(string name, FileMode mode, FileShare share = FileShare.Read)
    {
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = OwnerFile;
        return new FileStream(Of(name), options);
    }

    private string Of(string name) => System.IO.Path.Combine(Path, name);

    private IOException Failed(string what) => new($"the folder '{Path}' could not be {what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncFolder(int folder);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFolder(int folder);

    private sealed class DiskFile(FileStream stream) : IConfigFile
    {
        private readonly SafeFileHandle _handle = stream.SafeFileHandle;

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                RandomAccess.Write(_handle, bytes, offset);
            }
            catch (ArgumentOutOfRangeException refused)
            {
                // What the runtime makes of EFBIG.
                throw new IOException("The file would be larger than the file system, or the limit of the process (ulimit -f), allows.", refused);
            }
        }

        public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

        public void Sync() => RandomAccess.FlushToDisk(_handle);

        public void Dispose() => stream.Dispose();
    }
}
