using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes.Files;

/// <summary>A file may have its name now, or may have it after a crash: nobody knows.</summary>
internal sealed class HalfDoneException(string message, Exception inner) : IOException(message, inner);

/// <summary>What became of an append.</summary>
/// <param name="Error">Null if it is on the disk.</param>
/// <param name="IsClean">True if the journal ends where it ended before.</param>
/// <param name="IsUnknown">True if the disk would not say what it holds: what was not written back is forgotten, and another try tells nothing.</param>
internal readonly record struct Appended(Exception? Error, bool IsClean, bool IsUnknown);

/// <summary>
/// The files of the configuration, in generations: a snapshot and the journals that go on from it. One journal is open. Snapshots are written by one thread at
/// a time, beside the one that appends.
/// </summary>
internal sealed class Generations(IConfigFolder folder, TimeProvider clock) : IDisposable
{
    private IConfigFile? _journal;
    private long _length;
    private long _begin;
    private long _snapshotBytes;

    public string Path => folder.Path;

    /// <summary>The new names of damaged files.</summary>
    public Dictionary<string, string> SetAside { get; } = new(StringComparer.Ordinal);

    /// <summary>True if the journal has grown beyond the last snapshot and a number of bytes: then a snapshot costs no more than the changes since did.</summary>
    public bool IsJournalLongerThan(long bytes) => _length - _begin > Math.Max(bytes, Volatile.Read(ref _snapshotBytes));

    /// <summary>Counts growth from here on.</summary>
    public void WaitForGrowth() => _begin = _length;

    public void Dispose() => _journal?.Dispose();

    /// <summary>Goes on with a journal, behind its good lines.</summary>
    public void GoOn(long version, long length)
    {
        IConfigFile journal = folder.OpenWrite(FileNames.Journal(version));
        try
        {
            journal.SetLength(length);
            // What a killed process wrote is not on the disk because it can be read.
            journal.Sync();
        }
        catch
        {
            journal.Dispose();
            throw;
        }

        Use(journal, length);
        foreach (string unfinished in folder.List().Where(name => name.EndsWith(FileNames.Unfinished, StringComparison.Ordinal))) folder.Delete(unfinished);
    }

    /// <summary>Appends lines and syncs. Does not throw: whatever it was, the journal is looked after first.</summary>
    public Appended Append(ReadOnlySpan<byte> lines)
    {
        bool isWritten = false;
        try
        {
            _journal!.Write(_length, lines);
            isWritten = true;
            _journal.Sync();
            _length += lines.Length;
            return default;
        }
        catch (Exception failed)
        {
            return new Appended(failed, TakeBack(), isWritten);
        }
    }

    /// <summary>Begins a journal after a version, durably; the one before counts no further than that.</summary>
    /// <exception cref="HalfDoneException">It may have been begun: nothing may be appended to the one before.</exception>
    public void BeginJournal(long version)
    {
        string name = FileNames.Journal(version);
        ArrayBufferWriter<byte> header = new();
        Records.Append(header, new FileHeader(FileHeader.Journal, version, default), (json, first) => first.Write(json));
        IConfigFile journal = folder.Create(name + FileNames.Unfinished);
        try
        {
            journal.Write(0, header.WrittenSpan);
            journal.Sync();
            GiveName(name);
        }
        catch
        {
            journal.Dispose();
            throw;
        }

        Use(journal, header.WrittenCount);
    }

    /// <summary>Writes a snapshot: it has its name when it is on the disk, and not before.</summary>
    public void WriteSnapshot(ServiceConfig config, ImmutableArray<ConfigChange> history)
    {
        string name = FileNames.Snapshot(config.Version);
        long bytes;
        using (IConfigFile file = folder.Create(name + FileNames.Unfinished)) bytes = SnapshotFile.Write(file, config, history);
        GiveName(name);
        Volatile.Write(ref _snapshotBytes, bytes);
    }

    /// <summary>
    /// Begins with a snapshot of what is in force, on which everything that is durable no longer depends. Damaged snapshots are set aside before it, because
    /// it may take the name of one; damaged journals behind it, because what is good of them is needed until then.
    /// </summary>
    public void BeginAnew(ServiceConfig config, ImmutableArray<ConfigChange> history, ImmutableArray<Damage> damages)
    {
        PutAside(damages.Where(damage => FileNames.IsSnapshot(damage.Name)));
        WriteSnapshot(config, history);
        PutAside(damages.Where(damage => !FileNames.IsSnapshot(damage.Name)));
        BeginJournal(config.Version);
    }

    /// <summary>Deletes what lies before the last snapshot but one.</summary>
    public void Retire()
    {
        IReadOnlyList<string> names = folder.List();
        long[] snapshots = FileNames.Snapshots(names);
        if (snapshots.Length < 2) return;
        long kept = snapshots[^2];
        long[] journals = FileNames.Journals(names);
        for (int i = 0; i + 1 < journals.Length && journals[i + 1] <= kept; i++) folder.Delete(FileNames.Journal(journals[i]));
        foreach (long old in snapshots[..^2]) folder.Delete(FileNames.Snapshot(old));
    }

    private void PutAside(IEnumerable<Damage> damages)
    {
        foreach (Damage damage in damages)
        {
            IReadOnlyList<string> names = folder.List();
            // A second try, after a full disk, finds some of them gone already.
            if (!names.Contains(damage.Name, StringComparer.Ordinal)) continue;
            string aside = FileNames.SetAside(damage.Name, clock.GetUtcNow(), names);
            folder.Rename(damage.Name, aside);
            SetAside[damage.Name] = aside;
        }

        folder.Sync();
    }

    private void GiveName(string name)
    {
        try
        {
            folder.Rename(name + FileNames.Unfinished, name);
            folder.Sync();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new HalfDoneException(failed.Message, failed);
        }
    }

    /// <returns>True if the journal ends where it did, for certain.</returns>
    private bool TakeBack()
    {
        try
        {
            _journal!.SetLength(_length);
            _journal.Sync();
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [MemberNotNull(nameof(_journal))]
    private void Use(IConfigFile journal, long length)
    {
        _journal?.Dispose();
        _journal = journal;
        _length = _begin = length;
    }
}
