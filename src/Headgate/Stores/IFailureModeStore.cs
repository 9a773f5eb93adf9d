namespace Headgate;

/// <summary>
/// A store that meets its own failures: its calls do not throw <see cref="StoreUnavailableException"/> but answer by a failure mode, and it
/// takes back what it decided that way.
/// </summary>
internal interface IFailureModeStore : IRateLimitStore
{
    /// <summary>The mode by which it answers failures where nobody asks for another.</summary>
    FailureMode Mode { get; }

    /// <summary>The same store, answering failures by another mode.</summary>
    IRateLimitStore With(FailureMode mode);

    /// <summary>The store's own way to one limit in a namespace, for who asks for it again and again.</summary>
    IBoundLimit Bind(string? ns, Limit limit);
}

/// <summary>One limit on a store.</summary>
internal interface IBoundLimit
{
    /// <summary>Charges the limit for a key.</summary>
    ValueTask<Decision> AcquireAsync(string key, long cost, CancellationToken ct);
}
