using System.Buffers;
using System.Collections.Immutable;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Changes.Files;

/// <summary>
/// Keeps the configuration in files (docs/decisions/0015): a journal to which each change is appended and synced before it is acknowledged, and now and then
/// a snapshot, written beside it. Two generations are kept, so that a damaged snapshot costs nothing. Thread-safe.
/// </summary>
internal sealed class FileConfigLog : IConfigLog
{
    /// <summary>A journal of fewer bytes is not worth a snapshot.</summary>
    public const long DefaultJournalBytes = 1024 * 1024;

    private readonly Func<IConfigFolder> _open;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly long _journalBytes;
    private readonly Lock _gate = new();
    private Generations? _files;
    private IConfigFolder? _folder;
    private State _state = State.Unread;
    private ServiceConfig _config = ServiceConfig.Empty;
    private ImmutableArray<ConfigChange> _history = [];
    private ImmutableArray<Damage> _damages = [];
    private Task _snapshot = Task.CompletedTask;

    /// <param name="folder">The folder; it is made where it is not there.</param>
    /// <param name="clock">For the names of damaged files.</param>
    /// <param name="logger">For what an operator should know.</param>
    public FileConfigLog(string folder, TimeProvider clock, ILogger<FileConfigLog> logger)
        : this(() => new DiskFolder(folder), clock, logger, DefaultJournalBytes)
    {
    }

    /// <param name="open">Opens the folder.</param>
    /// <param name="clock">For the names of damaged files.</param>
    /// <param name="logger">For what an operator should know.</param>
    /// <param name="journalBytes">How long a journal at least is when a snapshot is written.</param>
    public FileConfigLog(Func<IConfigFolder> open, TimeProvider clock, ILogger logger, long journalBytes)
    {
        _open = open;
        _clock = clock;
        _log = logger;
        _journalBytes = journalBytes;
    }

    /// <summary>How far what lies in the folder can be relied on: what has to be done before the next change.</summary>
    private enum State
    {
        /// <summary>Read it.</summary>
        Unread,

        /// <summary>Take it from whoever has it, or wait until it can be written, and read it again.</summary>
        NotTaken,

        /// <summary>Begin anew with a snapshot: something is damaged, or the disk would not say what it holds.</summary>
        NeedsSnapshot,

        /// <summary>Begin a new journal: the old one has something behind its end.</summary>
        NeedsJournal,

        /// <summary>Nothing.</summary>
        Ready,
        Disposed,
    }

    /// <summary>The snapshot that is being written, if one is.</summary>
    internal Task Snapshot
    {
        get
        {
            lock (_gate) return _snapshot;
        }
    }

    public ValueTask<LoadedConfig> LoadAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
            return new ValueTask<LoadedConfig>(_state == State.Unread ? Load() : new LoadedConfig(_config, _history, []));
        }
    }

    public ValueTask AppendAsync(ConfigChange change, ServiceConfig result, CancellationToken ct)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_state == State.Disposed, this);
            try
            {
                if (_state != State.Ready) MakeReady();
                if (change.Version != _config.Version + 1) throw new ConfigConflictException($"the folder is at version {_config.Version}.");
                Keep(change);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                FileLogMessages.NotKept(_log, change.Version, _folder!.Path, refused.Message);
                throw new ConfigUnavailableException(
                    $"the change could not be kept in '{_folder.Path}': {refused.Message} Nothing was changed. Make room, or the folder writable, and try again.", refused);
            }

            _config = result;
            _history = ChangeHistory.Remember(_history, change);
            if (_snapshot.IsCompleted && _files!.IsJournalLongerThan(_journalBytes)) BeginSnapshot();
        }

        return default;
    }

    /// <summary>Nobody else changes what lies in the folder; only one that was not this process's can be other than it was read.</summary>
    public ValueTask<ImmutableArray<ConfigChange>?> ReadSinceAsync(long version, CancellationToken ct)
    {
        lock (_gate) return new ValueTask<ImmutableArray<ConfigChange>?>(version == _config.Version ? ImmutableArray<ConfigChange>.Empty : null);
    }

    public Task WaitForOthersAsync(CancellationToken ct) => Task.Delay(Timeout.InfiniteTimeSpan, _clock, ct);

    public async ValueTask DisposeAsync()
    {
        Task snapshot;
        lock (_gate)
        {
            if (_state == State.Disposed) return;
            _state = State.Disposed;
            snapshot = _snapshot;
        }

        await snapshot.ConfigureAwait(false);
        _files?.Dispose();
        _folder?.Dispose();
    }

    /// <summary>Takes a folder for this process.</summary>
    /// <exception cref="ConfigUnavailableException">Another process has it.</exception>
    public static void Take(IConfigFolder folder)
    {
        if (folder.Lock() is not { } owner) return;
        throw new ConfigUnavailableException(
            $"the folder '{folder.Path}' is in use by {owner}; each process needs a folder of its own. Stop that process, name another folder with --data, or share one configuration with --redis.");
    }

    private LoadedConfig Load()
    {
        ImmutableArray<string>.Builder warnings = ImmutableArray.CreateBuilder<string>();
        try
        {
            _folder ??= _open();
            _files ??= new Generations(_folder, _clock);
            Take(_folder);
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            if (_folder is null) throw new ConfigUnavailableException($"the data folder cannot be made or opened: {closed.Message} Name one with --data that can be written.", closed);
            _state = State.NotTaken;
            warnings.Add($"The folder '{_folder.Path}' cannot be written: {closed.Message} What it holds is in force, and changes are refused until it can.");
        }

        bool isTaken = _state != State.NotTaken;
        ReadFiles read = ReadAll();
        _state = !isTaken ? State.NotTaken : read.Damages.Length > 0 ? State.NeedsSnapshot : read.Journal is null ? State.NeedsJournal : State.Ready;
        if (isTaken) Repair(read);
        foreach (Damage damage in read.Damages)
        {
            string where = _files!.SetAside.TryGetValue(damage.Name, out string? aside) ? $"It was set aside as {aside}" : "It is still there";
            warnings.Add($"'{Path.Combine(_folder!.Path, damage.Name)}' is not as it was written: {damage.What} Version {_config.Version} is in force. {where}; nothing of it was deleted.");
        }

        foreach (string warning in warnings) FileLogMessages.Damaged(_log, warning);
        return new LoadedConfig(_config, _history, warnings.DrainToImmutable());
    }

    private ReadFiles ReadAll()
    {
        ReadFiles read;
        try
        {
            read = new ConfigReader(_folder!).Read();
        }
        catch (Exception closed) when (closed is IOException or UnauthorizedAccessException)
        {
            throw new ConfigUnavailableException($"the folder '{_folder!.Path}' cannot be read: {closed.Message} Make it readable for the user that the service runs as.", closed);
        }

        (_config, _history, _damages) = (read.Config, read.History, read.Damages);
        return read;
    }

    /// <summary>Puts in order what can be. What cannot has to be before the next change, and is no reason not to decide.</summary>
    private void Repair(ReadFiles read)
    {
        try
        {
            if (_state != State.Ready)
            {
                MakeReady();
                return;
            }

            if (read.IsTorn) FileLogMessages.Torn(_log, FileNames.Journal(read.Journal!.Value), read.Length, _config.Version);
            _state = State.NeedsJournal;
            _files!.GoOn(read.Journal!.Value, read.Length);
            _state = State.Ready;
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            FileLogMessages.NotRepaired(_log, _folder!.Path, full.Message);
        }
    }

    private void MakeReady()
    {
        if (_state == State.NotTaken)
        {
            long before = _config.Version;
            Take(_folder!);
            ReadFiles read = ReadAll();
            _state = read.Damages.Length > 0 ? State.NeedsSnapshot : State.NeedsJournal;
            if (_config.Version != before) throw new ConfigConflictException($"the folder is at version {_config.Version} now.");
        }

        if (_state == State.NeedsSnapshot)
        {
            if (!_snapshot.IsCompleted) throw new IOException("a snapshot is still being written.");
            _files!.BeginAnew(_config, _history, _damages);
            _damages = [];
        }
        else if (_state == State.NeedsJournal)
        {
            BeginJournal();
        }

        _state = State.Ready;
    }

    private void Keep(ConfigChange change)
    {
        ArrayBufferWriter<byte> line = new();
        Records.Append(line, change, ChangeJson.Write);
        switch (_files!.Append(line.WrittenSpan))
        {
            case { Error: null }:
                return;
            case { IsUnknown: true } failed:
                _state = State.NeedsSnapshot;
                throw failed.Error;
            case { IsClean: false } failed:
                _state = State.NeedsJournal;
                throw failed.Error;
            case { } failed:
                throw failed.Error!;
        }
    }

    /// <exception cref="IOException">It could not be begun. Where that may have left it half done, a snapshot is needed.</exception>
    private void BeginJournal()
    {
        try
        {
            _files!.BeginJournal(_config.Version);
        }
        catch (HalfDoneException)
        {
            _state = State.NeedsSnapshot;
            throw;
        }
    }

    /// <summary>Changes go to a new journal from now on; the old one counts until the snapshot is there.</summary>
    private void BeginSnapshot()
    {
        try
        {
            BeginJournal();
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            FileLogMessages.NoSnapshot(_log, _folder!.Path, full.Message);
            _files!.WaitForGrowth();
            return;
        }

        (ServiceConfig config, ImmutableArray<ConfigChange> history, Generations files) = (_config, _history, _files!);
        _snapshot = Task.Run(() =>
        {
            try
            {
                files.WriteSnapshot(config, history);
                files.Retire();
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                FileLogMessages.NoSnapshot(_log, files.Path, full.Message);
            }
        });
    }
}
