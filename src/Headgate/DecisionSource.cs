namespace Headgate;

/// <summary>Who took a <see cref="Decision"/>.</summary>
public enum DecisionSource
{
    /// <summary>The store that holds the state.</summary>
    Store = 0,

    /// <summary>A local memory of keys known to be denied until an exact time; no store was asked.</summary>
    DenyCache = 1,

    /// <summary>The store could not answer in time and the failure mode is <see cref="FailureMode.Open"/>: admitted.</summary>
    FailOpen = 2,

    /// <summary>The store could not answer in time and the failure mode is <see cref="FailureMode.Closed"/>: denied.</summary>
    FailClosed = 3,

    /// <summary>The store could not answer in time and the failure mode is <see cref="FailureMode.Local"/>: a local limit decided.</summary>
    FailLocal = 4,
}
