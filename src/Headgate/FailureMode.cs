namespace Headgate;

/// <summary>What a limiter does when its store cannot answer (<see cref="StoreUnavailableException"/>). The memory store always answers.</summary>
public enum FailureMode
{
    /// <summary>Admit: availability before protection. The decision's source is <see cref="DecisionSource.FailOpen"/>.</summary>
    Open = 0,

    /// <summary>Deny with a short retry time: protection before availability. The source is <see cref="DecisionSource.FailClosed"/>.</summary>
    Closed = 1,

    /// <summary>Decide by the same limit in this process's memory until the store is back. The source is <see cref="DecisionSource.FailLocal"/>.</summary>
    Local = 2,
}
