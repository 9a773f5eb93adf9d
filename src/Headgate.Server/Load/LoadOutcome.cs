namespace Headgate.Server.Load;

/// <summary>What became of a request at the load gate: the <c>status</c> of an answer.</summary>
internal enum LoadOutcome
{
    /// <summary>Entered at once.</summary>
    Processed,

    /// <summary>Waited, then entered.</summary>
    Queued,

    /// <summary>Refused: its tenant's queue is full.</summary>
    Rejected,

    /// <summary>Refused: waited for as long as it may.</summary>
    TimedOut,
}
