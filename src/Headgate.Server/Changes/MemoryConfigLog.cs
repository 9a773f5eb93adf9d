using System.Collections.Immutable;
using Headgate.Server.Tenants;

namespace Headgate.Server.Changes;

/// <summary>Keeps nothing: without a data folder and without Redis the configuration ends with the process.</summary>
internal sealed class MemoryConfigLog : IConfigLog
{
    public ValueTask<LoadedConfig> LoadAsync(CancellationToken ct) => new(new LoadedConfig(ServiceConfig.Empty, [], []));

    public ValueTask AppendAsync(ConfigChange change, ServiceConfig result, CancellationToken ct) => default;

    public ValueTask<ImmutableArray<ConfigChange>?> ReadSinceAsync(long version, CancellationToken ct) => new(ImmutableArray<ConfigChange>.Empty);

    public Task WaitForOthersAsync(CancellationToken ct) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);

    public ValueTask DisposeAsync() => default;
}
