namespace Headgate.Http.Holding;

/// <summary>Gives places back where nothing can be awaited: at the end of a stream. The first call counts.</summary>
internal sealed class LeaseEnd(ConcurrencyLease lease)
{
    /// <summary>Done when it returns where the store is in memory.</summary>
    public void Release() => _ = ReleaseAsync();

    /// <summary>A store that cannot be reached frees the places when the lease time ends, and the lease itself says nothing of that.</summary>
    private async Task ReleaseAsync() => await lease.DisposeAsync().ConfigureAwait(false);
}
