namespace Headgate.Client;

/// <summary>What became of a check at the service.</summary>
public enum CheckStatus
{
    /// <summary>Decided at once; also what was decided here, without the service.</summary>
    Processed = 0,

    /// <summary>Waited for its turn under load, then decided.</summary>
    Queued = 1,

    /// <summary>Not decided and nothing taken: the tenant's queue is full, or the key has asked too often.</summary>
    Rejected = 2,

    /// <summary>Not decided and nothing taken: it waited for its turn for as long as it may.</summary>
    TimedOut = 3,

    /// <summary>Not decided: the service's store is away, and the tenant's failure mode is closed.</summary>
    Unavailable = 4,
}
