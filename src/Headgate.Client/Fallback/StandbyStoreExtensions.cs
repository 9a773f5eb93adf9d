namespace Headgate.Client.Fallback;

/// <summary>The store that counts while the service is away.</summary>
internal static class StandbyStoreExtensions
{
    /// <summary>A hard bound on memory, about 6 MB.</summary>
    private const long MaxKeys = 100_000;

    /// <summary>A store in memory by the client's clock.</summary>
    public static IRateLimitStore CreateStandbyStore(this TimeProvider clock) => new MemoryStore(clock, new MemoryStoreOptions { MaxKeys = MaxKeys });
}
