namespace Headgate.AspNetCore.SignalR;

/// <summary>Holds permits for as long as the scope of an invocation lasts.</summary>
internal sealed class HubLeaseHolder : IAsyncDisposable
{
    private ConcurrencyLease? _lease;

    public void Hold(ConcurrencyLease lease) => _lease = lease;

    public ValueTask DisposeAsync() => _lease?.DisposeAsync() ?? default;
}
