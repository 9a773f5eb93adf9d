using System.Collections.Immutable;
using Headgate.Server.Health;
using Headgate.Server.Tenants;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Server.Changes;

/// <summary>
/// The configuration in force, and the one way to change it: a change is worked out against the current version, kept by the log, and then in force
/// for every request that begins. Follows what other instances change. Thread-safe.
/// </summary>
internal sealed class ConfigBook : IAsyncDisposable
{
    /// <summary>The name under which the board says how the configuration is.</summary>
    public const string BoardName = "configuration";

    private const int MaxAttempts = 20;

    /// <summary>Where a log fails at once, it is not asked more often than this.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    private readonly IConfigLog _log;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly ReadinessBoard _board;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private State _state = new(ServiceConfig.Empty, [], 0);
    private Task _following = Task.CompletedTask;
    private string _damage = "";
    private string? _trouble;
    private bool _isLoaded;
    private int _disposed;

    /// <param name="log">Where it outlives the process.</param>
    /// <param name="clock">For the times of changes.</param>
    /// <param name="logger">For what an operator should know; null for nowhere.</param>
    /// <param name="board">Where it is said whether the service may be relied on; null for nowhere.</param>
    public ConfigBook(IConfigLog log, TimeProvider clock, ILogger<ConfigBook>? logger = null, ReadinessBoard? board = null)
    {
        _log = log;
        _clock = clock;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _board = board ?? new ReadinessBoard();
    }

    /// <summary>What is in force: read it once for a request.</summary>
    public ServiceConfig Current => Volatile.Read(ref _state).Config;

    /// <summary>The latest changes, oldest first; the last one made what is in force.</summary>
    public ImmutableArray<ConfigChange> History => Volatile.Read(ref _state).History;

    /// <summary>Both, of one moment.</summary>
    public (ServiceConfig Config, ImmutableArray<ConfigChange> History) InForce
    {
        get
        {
            State state = Volatile.Read(ref _state);
            return (state.Config, state.History);
        }
    }

    /// <summary>False until what was kept has been read. Until then the defaults are in force, and nobody's key is known.</summary>
    public bool IsLoaded => Volatile.Read(ref _isLoaded);

    /// <summary>
    /// Raised after each change, one's own or another instance's, with what is in force now; one at a time. Several changes of others may come as one.
    /// A handler must be quick and must not wait for a change. What it throws is logged.
    /// </summary>
    public event Action<ServiceConfig>? Changed;

    /// <summary>Reads what was kept, and follows others from then on. Of a log that is shared and away it is read as soon as it is back.</summary>
    /// <returns>What was found damaged.</returns>
    /// <exception cref="ConfigUnavailableException">It cannot be read, and waiting would not help.</exception>
    public async Task<ImmutableArray<string>> StartAsync(CancellationToken ct)
    {
        ImmutableArray<string> warnings = [];
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!_isLoaded) warnings = await LoadAsync(ct).ConfigureAwait(false);
        }
        catch (ConfigUnavailableException away) when (_log.IsShared)
        {
            Report(away.Message);
        }
        finally
        {
            _turn.Release();
        }

        if (_log.IsShared && _following.IsCompleted) _following = Task.Run(() => FollowAsync(_stop.Token), CancellationToken.None);
        return warnings;
    }

    /// <summary>Follows no more. Changes are still taken.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
    }

    /// <summary>Changes the configuration, or nothing if there are no edits or they say what is so already.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="what">What for, in a line.</param>
    /// <param name="plan">The edits, worked out against the current version; again if another instance came first. May throw to refuse.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>What is in force now.</returns>
    /// <exception cref="RequestRefusal">There would be too much of something.</exception>
    /// <exception cref="ConfigUnavailableException">It cannot be kept now; what was in force is.</exception>
    public Task<ServiceConfig> ChangeAsync(string who, string what, Func<ServiceConfig, ImmutableArray<ConfigEdit>> plan, CancellationToken ct) =>
        ChangeAsync(who, what, (config, _) => plan(config), ct);

    /// <summary>Changes the configuration as above, by a plan that looks at the changes that led to the current version too.</summary>
    public async Task<ServiceConfig> ChangeAsync(
        string who, string what, Func<ServiceConfig, ImmutableArray<ConfigChange>, ImmutableArray<ConfigEdit>> plan, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            // Over nothing, a change would begin a second configuration beside the one that is only not read yet.
            if (!_isLoaded) await LoadAsync(ct).ConfigureAwait(false);
            for (int attempt = 1; ; attempt++)
            {
                State state = _state;
                ImmutableArray<ConfigEdit> edits = ConfigEdits.Settle(state.Config, plan(state.Config, state.History));
                if (edits.IsEmpty) return state.Config;
                ConfigChange change = new(state.Config.Version + 1, _clock.GetUtcNow(), ConfigBounds.Who(who), ConfigBounds.What(what), edits);
                ServiceConfig result = ConfigEdits.Apply(state.Config, change);
                long rules = state.Rules + ConfigBounds.RulesAdded(edits);
                ConfigBounds.Check(state.Config, state.Rules, result, rules);
                try
                {
                    // Once begun it is finished: a caller who leaves must not leave it open whether the change was kept.
                    await _log.AppendAsync(change, result, CancellationToken.None).ConfigureAwait(false);
                }
                catch (ConfigConflictException) when (attempt < MaxAttempts)
                {
                    await CatchUpAsync(ct).ConfigureAwait(false);
                    continue;
                }
                catch (ConfigConflictException conflict)
                {
                    throw new ConfigUnavailableException($"other instances came first {MaxAttempts} times: {conflict.Message} Try again.", conflict);
                }

                Report(null);
                Take(new State(result, ChangeHistory.Remember(state.History, change), rules));
                return result;
            }
        }
        catch (ConfigUnavailableException unavailable)
        {
            Report(unavailable.Message);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await StopAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await _log.WaitForOthersAsync(stop).ConfigureAwait(false);
                await _turn.WaitAsync(stop).ConfigureAwait(false);
                try
                {
                    if (_isLoaded) await CatchUpAsync(stop).ConfigureAwait(false);
                    else await LoadAsync(stop).ConfigureAwait(false);
                    Report(null);
                    ForgetDamage();
                }
                finally
                {
                    _turn.Release();
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is not OutOfMemoryException)
            {
                // Whatever it is, an instance that follows no more would be wrong for ever and say nothing.
                if (failed is not ConfigUnavailableException and not ConfigConflictException) BookLogMessages.NotFollowed(_logger, failed);
                Report(failed.Message);
                await Task.WhenAny(Task.Delay(RetryPause, _clock, stop)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Reads all. In its turn only.</summary>
    private async Task<ImmutableArray<string>> LoadAsync(CancellationToken ct)
    {
        LoadedConfig loaded = await _log.LoadAsync(ct).ConfigureAwait(false);
        bool isNew = !_isLoaded || loaded.Config.Version != _state.Config.Version;
        Volatile.Write(ref _isLoaded, true);
        Report(null);
        if (!loaded.Warnings.IsEmpty)
        {
            _damage = string.Join(' ', loaded.Warnings);
            _board.Warn(BoardName, _damage);
        }

        if (isNew) BookLogMessages.Loaded(_logger, loaded.Config.Version, loaded.Config.Tenants.Count, loaded.Config.Keys.Count);
        Take(new State(loaded.Config, loaded.History, ConfigBounds.RulesOf(loaded.Config)));
        return loaded.Warnings;
    }

    /// <summary>Takes over what other instances have changed. In its turn only.</summary>
    private async Task CatchUpAsync(CancellationToken ct)
    {
        State state = _state;
        ImmutableArray<ConfigChange>? read;
        try
        {
            read = await _log.ReadSinceAsync(state.Config.Version, ct).ConfigureAwait(false);
        }
        catch (ConfigLostException lost)
        {
            BookLogMessages.PutBack(_logger, lost.Version, state.Config.Version);
            await _log.PutBackAsync(state.Config, state.History, ct).ConfigureAwait(false);
            return;
        }

        if (read is not { } changes)
        {
            await LoadAsync(ct).ConfigureAwait(false);
            return;
        }

        if (changes.IsEmpty) return;
        foreach (ConfigChange change in changes)
        {
            state = new State(ConfigEdits.Apply(state.Config, change), ChangeHistory.Remember(state.History, change), state.Rules + ConfigBounds.RulesAdded(change.Edits));
            BookLogMessages.Followed(_logger, change.Version, change.Who, change.What);
        }

        Take(state);
    }

    private void Take(State state)
    {
        Volatile.Write(ref _state, state);
        foreach (Delegate handler in Changed?.GetInvocationList() ?? [])
        {
            try
            {
                ((Action<ServiceConfig>)handler)(state.Config);
            }
            catch (Exception thrown) when (thrown is not OutOfMemoryException)
            {
                // The change is kept and in force: whoever could not take note of it does not undo that.
                BookLogMessages.HandlerFailed(_logger, state.Config.Version, thrown);
            }
        }
    }

    /// <summary>
    /// Says whether changes can be made and followed. An instance that has read the configuration once goes on deciding by it: if it were not ready,
    /// all would be unready at once when Redis is away.
    /// </summary>
    private void Report(string? trouble)
    {
        string? before = Interlocked.Exchange(ref _trouble, trouble);
        if (before is null && trouble is not null) BookLogMessages.Trouble(_logger, trouble);
        if (before is not null && trouble is null) BookLogMessages.TroubleOver(_logger);
        if (before == trouble && trouble is null && _isLoaded) return;
        _board.Set(BoardName, _isLoaded || trouble is null ? null : $"The configuration has not been read yet: {trouble}");
        string warning = trouble is null ? _damage : $"The configuration is at version {Current.Version}, and changes can neither be made nor followed: {trouble} {_damage}".TrimEnd();
        _board.Warn(BoardName, warning.Length > 0 ? warning : null);
    }

    /// <summary>What was wrong at the start of one that shares is over when the others can be asked.</summary>
    private void ForgetDamage()
    {
        if (_damage.Length == 0) return;
        _damage = "";
        _board.Warn(BoardName, null);
    }

    /// <param name="Config">What is in force.</param>
    /// <param name="History">What led there.</param>
    /// <param name="Rules">How many limits it has.</param>
    private sealed record State(ServiceConfig Config, ImmutableArray<ConfigChange> History, long Rules);
}
