using System.Globalization;
using Headgate.Server.Changes.Files;

namespace Headgate.Server.Counters;

/// <summary>
/// The file in which counters wait between an orderly stop and the next start. It is there only while nobody counts: whoever starts takes it
/// away first, so that what is found is never older than the last decision.
/// </summary>
/// <remarks>For its owner alone: who reads a snapshot can make up keys that collide. Not thread-safe.</remarks>
internal sealed class CounterFile(string folder)
{
    private const string Name = "counters.hgs", TakenName = "counters.taken", NewName = "counters.new", DamagedName = "counters.damaged-";

    public string Path { get; } = Of(folder, Name);

    private string Taken { get; } = Of(folder, TakenName);

    /// <summary>Takes the file away from its name, for good even if the power fails. False if there is none.</summary>
    public bool TryTake()
    {
        if (!File.Exists(Path)) return false;
        File.Move(Path, Taken, overwrite: true);
        Sync();
        return true;
    }

    public FileStream OpenTaken() => new(Taken, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);

    /// <summary>Keeps what was taken under a name of its own, for people to look at. Returns where.</summary>
    public string SetAside(DateTimeOffset now)
    {
        string aside = Of(folder, DamagedName + now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'.'fff'Z'", CultureInfo.InvariantCulture));
        File.Move(Taken, aside, overwrite: true);
        return aside;
    }

    /// <summary>Deletes what was taken: the counters have moved on.</summary>
    public void Discard() => File.Delete(Taken);

    /// <summary>Puts what was taken back, whole as it was: nobody has counted since.</summary>
    public void GiveBack()
    {
        File.Move(Taken, Path);
        Sync();
    }

    /// <summary>Writes the file, whole or not at all, and to the disk. Returns its size.</summary>
    public long Write(Action<Stream> write)
    {
        string fresh = Of(folder, NewName);
        try
        {
            long size;
            using (DiskFolder _ = new(folder))
            {
                // One that was left behind keeps the mode that it has.
                File.Delete(fresh);
                using FileStream stream = Create(fresh);
                write(stream);
                stream.Flush(flushToDisk: true);
                size = stream.Length;
            }

            File.Move(fresh, Path, overwrite: true);
            Sync();
            return size;
        }
        catch
        {
            Remove(fresh);
            throw;
        }
    }

    private static FileStream Create(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            // The error that led here says more, and the next one to write deletes it first.
            return;
        }
    }

    private void Sync()
    {
        using DiskFolder disk = new(folder);
        disk.Sync();
    }

    private static string Of(string folder, string name) => System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), name);
}
