namespace Headgate;

/// <summary>Settings of a <see cref="MemoryStore"/>; read once, when the store is built.</summary>
public sealed class MemoryStoreOptions
{
    /// <summary>The default of <see cref="MaxKeys"/>: ten million.</summary>
    public const long DefaultMaxKeys = 10_000_000;

    /// <summary>The most that <see cref="MaxKeys"/> may be: 10^9.</summary>
    public const long MostMaxKeys = 1_000_000_000;

    /// <summary>
    /// The most keys the store holds at once, a (namespace, limit, key) counting as one: 1 to 10^9; ten million by default.
    /// A hard bound on memory: about 60 bytes a key, logs and leases apart.
    /// </summary>
    /// <remarks>
    /// When it is reached, a new key takes the place of a key that decides like never seen; if none is found nearby, of the key nearby that
    /// would do so soonest (<see cref="HeadgateDiagnostics"/> counts that as a forced eviction; that key starts anew).
    /// </remarks>
    public long MaxKeys { get; init; } = DefaultMaxKeys;
}
