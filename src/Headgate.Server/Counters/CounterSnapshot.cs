using Headgate.Server.Health;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Counters;

/// <summary>
/// Counters over a restart: saved when the last request has ended, restored before the first. Whatever goes wrong with them is said, and never
/// keeps the service from starting or stopping.
/// </summary>
/// <remarks>
/// Counters are restored once or not at all. The file is taken away before it is read, and deleted when the service has started. So after a
/// crash there is none: counters that miss the last decisions would say that clients have more left than they do, about some of them and not
/// others, and nobody could tell which. If the service does not get as far as serving (a port in use), the file is put back.
/// Not thread-safe: the host calls one after another.
/// </remarks>
internal sealed class CounterSnapshot(string folder, TimeProvider clock, ReadinessBoard board, ILogger<CounterSnapshot> logger) : IHostedLifecycleService, IDisposable
{
    /// <summary>This part on the <see cref="ReadinessBoard"/>.</summary>
    public const string Part = "counters";

    private readonly CounterFile _file = new(folder);
    private Func<long>? _count;
    private Action<Stream, CancellationToken>? _save;
    private bool _taken;

    /// <summary>The store that goes on where the last run stopped, or else the empty one. It is saved when the service stops.</summary>
    /// <param name="empty">A new store; disposed if another takes its place.</param>
    /// <param name="restore">Makes a store from what was saved; <see cref="InvalidDataException"/> if that cannot be.</param>
    /// <param name="save">Saves a store.</param>
    /// <param name="count">Keys in a store, for the log.</param>
    public TStore Open<TStore>(TStore empty, Func<Stream, TStore> restore, Action<TStore, Stream, CancellationToken> save, Func<TStore, long> count)
        where TStore : class, IDisposable
    {
        TStore store = Restore(restore, count) ?? empty;
        if (!ReferenceEquals(store, empty)) empty.Dispose();
        _save = (stream, ct) => save(store, stream, ct);
        _count = () => count(store);
        return store;
    }

    /// <summary>The service serves: what the counters were is no more true.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Discard();
        return Task.CompletedTask;
    }

    /// <summary>The last request has ended.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_save is not { } save) return Task.CompletedTask;
        long start = clock.GetTimestamp();
        try
        {
            long bytes = _file.Write(stream => save(stream, cancellationToken));
            CounterLog.Saved(logger, _count!(), _file.Path, bytes, clock.GetElapsedTime(start));
        }
        catch (OperationCanceledException)
        {
            CounterLog.NotSaved(logger, _file.Path, "The time to stop was over.");
        }
        catch (Exception failed) when (IsOfFiles(failed))
        {
            CounterLog.NotSaved(logger, _file.Path, failed.Message);
        }

        Discard();
        return Task.CompletedTask;
    }

    /// <summary>If the service has never started, nobody has counted and the file is right.</summary>
    public void Dispose()
    {
        if (!_taken) return;
        _taken = false;
        try
        {
            _file.GiveBack();
        }
        catch (Exception failed) when (IsOfFiles(failed))
        {
            CounterLog.Lost(logger, failed.Message);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private TStore? Restore<TStore>(Func<Stream, TStore> restore, Func<TStore, long> count)
        where TStore : class
    {
        long start = clock.GetTimestamp();
        try
        {
            if (!_file.TryTake())
            {
                CounterLog.None(logger, _file.Path);
                return null;
            }
        }
        catch (Exception failed) when (IsOfFiles(failed))
        {
            // One that cannot be taken away would be found again after a crash: it is not read at all.
            Lose($"{_file.Path} cannot be taken over: {failed.Message} Let this user write to the folder.");
            return null;
        }

        try
        {
            using FileStream stream = _file.OpenTaken();
            TStore store = restore(stream);
            _taken = true;
            CounterLog.Restored(logger, count(store), _file.Path, clock.GetElapsedTime(start));
            return store;
        }
        catch (Exception failed) when (failed is InvalidDataException || IsOfFiles(failed))
        {
            Lose($"{failed.Message} The file is set aside as {SetAside()}.");
            return null;
        }
    }

    private string SetAside()
    {
        try
        {
            return _file.SetAside(clock.GetUtcNow());
        }
        catch (Exception failed) when (IsOfFiles(failed))
        {
            return $"nothing, since that failed too ({failed.Message})";
        }
    }

    private void Lose(string problem)
    {
        CounterLog.Lost(logger, problem);
        board.Warn(Part, $"The counters of the last run are lost, and everybody began anew: {problem}");
    }

    private void Discard()
    {
        if (!_taken) return;
        _taken = false;
        try
        {
            _file.Discard();
        }
        catch (Exception failed) when (IsOfFiles(failed))
        {
            CounterLog.LeftBehind(logger, failed.Message);
        }
    }

    private static bool IsOfFiles(Exception failed) => failed is IOException or UnauthorizedAccessException;
}
