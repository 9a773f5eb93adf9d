using System.Collections.Immutable;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>What was there when the service started.</summary>
/// <param name="Config">The last good version.</param>
/// <param name="History">The latest changes, oldest first, up to <see cref="IConfigLog.MaxHistory"/>.</param>
/// <param name="Warnings">What was found damaged and left aside, for the log and for readiness.</param>
internal sealed record LoadedConfig(ServiceConfig Config, ImmutableArray<ConfigChange> History, ImmutableArray<string> Warnings);

/// <summary>Where the configuration outlives the process: files, Redis, or nowhere.</summary>
internal interface IConfigLog : IAsyncDisposable
{
    /// <summary>The most changes that are remembered.</summary>
    const int MaxHistory = 1_000;

    /// <summary>True if other instances change it too, and if one that is away comes back.</summary>
    bool IsShared => false;

    /// <summary>Reads all.</summary>
    /// <exception cref="ConfigUnavailableException">It cannot be read now.</exception>
    ValueTask<LoadedConfig> LoadAsync(CancellationToken ct);

    /// <summary>Keeps a change. When it returns, the change survives the death of the process.</summary>
    /// <param name="change">The change, whose version follows the one last loaded, appended or read.</param>
    /// <param name="result">The configuration that it makes.</param>
    /// <param name="ct">Cancels the wait. The change may have been kept all the same.</param>
    /// <exception cref="ConfigConflictException">Another instance made that version first.</exception>
    /// <exception cref="ConfigUnavailableException">It cannot be kept now.</exception>
    ValueTask AppendAsync(ConfigChange change, ServiceConfig result, CancellationToken ct);

    /// <summary>What other instances have changed since a version; null if that is too far back, and all must be loaded again.</summary>
    /// <exception cref="ConfigLostException">What is kept is older than that.</exception>
    /// <exception cref="ConfigUnavailableException">It cannot be read now.</exception>
    ValueTask<ImmutableArray<ConfigChange>?> ReadSinceAsync(long version, CancellationToken ct);

    /// <summary>Puts back a configuration where an older one is found, or nothing; does nothing where somebody with a newer one came first.</summary>
    /// <exception cref="ConfigUnavailableException">It cannot be kept now.</exception>
    ValueTask PutBackAsync(ServiceConfig config, ImmutableArray<ConfigChange> history, CancellationToken ct) => default;

    /// <summary>Completes when others may have changed something, or after a while: at most half a second. Never completes where there are no others.</summary>
    Task WaitForOthersAsync(CancellationToken ct);
}

/// <summary>Another instance changed the configuration first.</summary>
internal sealed class ConfigConflictException(string message) : Exception(message);

/// <summary>What is kept is older than what was read before: whoever keeps it has lost something.</summary>
internal sealed class ConfigLostException(long version) : Exception($"what is kept is at version {version}.")
{
    /// <summary>The version that is kept; 0 for nothing.</summary>
    public long Version { get; } = version;
}

/// <summary>The configuration cannot be kept or read now. The message says why and what to do.</summary>
internal sealed class ConfigUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
