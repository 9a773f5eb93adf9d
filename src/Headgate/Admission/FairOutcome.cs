namespace Headgate;

/// <summary>How it went at a <see cref="FairGate"/>.</summary>
public enum FairOutcome
{
    /// <summary>Entered at once.</summary>
    Entered,

    /// <summary>Waited, then entered.</summary>
    Queued,

    /// <summary>Refused: the flow's queue was full, or all that may wait waited and its queue was the longest.</summary>
    Overflow,

    /// <summary>Refused: its turn did not come within <see cref="FairGateOptions.QueueTimeout"/>.</summary>
    TimedOut,
}
