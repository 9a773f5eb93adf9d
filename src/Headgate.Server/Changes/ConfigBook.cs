using System.Collections.Immutable;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>
/// The configuration in force, and the one way to change it: a change is worked out against the current version, kept by the log, and then in force
/// for every request that begins. Thread-safe.
/// </summary>
internal sealed class ConfigBook : IAsyncDisposable
{
    private const int MaxAttempts = 20;

    private readonly IConfigLog _log;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private State _state = new(ServiceConfig.Empty, []);

    public ConfigBook(IConfigLog log, TimeProvider clock)
    {
        _log = log;
        _clock = clock;
    }

    /// <summary>What is in force: read it once for a request.</summary>
    public ServiceConfig Current => Volatile.Read(ref _state).Config;

    /// <summary>The latest changes, oldest first.</summary>
    public ImmutableArray<ConfigChange> History => Volatile.Read(ref _state).History;

    /// <summary>Raised after each change, one's own or another instance's, with what is in force now; one at a time.</summary>
    public event Action<ServiceConfig>? Changed;

    public async Task<ImmutableArray<string>> StartAsync(CancellationToken ct)
    {
        LoadedConfig loaded = await _log.LoadAsync(ct).ConfigureAwait(false);
        Take(new State(loaded.Config, loaded.History));
        return loaded.Warnings;
    }

    /// <summary>Changes the configuration, or nothing if there are no edits.</summary>
    /// <param name="who">Who asks.</param>
    /// <param name="what">What for, in a line.</param>
    /// <param name="plan">The edits, worked out against the current version; again if another instance came first. May throw to refuse.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <returns>What is in force now.</returns>
    public async Task<ServiceConfig> ChangeAsync(string who, string what, Func<ServiceConfig, ImmutableArray<ConfigEdit>> plan, CancellationToken ct)
    {
        await _turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                State state = _state;
                ImmutableArray<ConfigEdit> edits = plan(state.Config);
                if (edits.IsEmpty) return state.Config;
                ConfigChange change = new(state.Config.Version + 1, _clock.GetUtcNow(), who, what, edits);
                ServiceConfig result = ConfigEdits.Apply(state.Config, change);
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

                Take(new State(result, Remember(state.History, change)));
                return result;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _log.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    /// <summary>Takes over what other instances have changed. In its turn only.</summary>
    private async Task CatchUpAsync(CancellationToken ct)
    {
        State state = _state;
        if (await _log.ReadSinceAsync(state.Config.Version, ct).ConfigureAwait(false) is not { } changes)
        {
            LoadedConfig loaded = await _log.LoadAsync(ct).ConfigureAwait(false);
            Take(new State(loaded.Config, loaded.History));
            return;
        }

        if (changes.IsEmpty) return;
        ServiceConfig config = state.Config;
        ImmutableArray<ConfigChange> history = state.History;
        foreach (ConfigChange change in changes)
        {
            config = ConfigEdits.Apply(config, change);
            history = Remember(history, change);
        }

        Take(new State(config, history));
    }

    private void Take(State state)
    {
        Volatile.Write(ref _state, state);
        Changed?.Invoke(state.Config);
    }

    private static ImmutableArray<ConfigChange> Remember(ImmutableArray<ConfigChange> history, ConfigChange change) =>
        history.Length < IConfigLog.MaxHistory ? history.Add(change) : history.RemoveAt(0).Add(change);

    private sealed record State(ServiceConfig Config, ImmutableArray<ConfigChange> History);
}
