namespace Headgate.Memory;

/// <summary>
/// Which of a store's tables a state lies in: by what its last word is. Dropping a state then need not ask whether it owns a block, and a
/// block that was read from a file can never be taken for one of another layout.
/// </summary>
internal enum Shelf
{
    /// <summary>Buckets and windows: 32 bytes and nothing else.</summary>
    Plain,

    /// <summary>Sliding logs, which own a <see cref="Algorithms.LogRing"/>.</summary>
    Logs,

    /// <summary>Concurrency, which owns a <see cref="Algorithms.LeaseTable"/>.</summary>
    Leases,
}
