namespace Headgate.Client;

/// <summary>Who took a decision.</summary>
public enum CheckSource
{
    /// <summary>The service.</summary>
    Service = 0,

    /// <summary>A denial that this client remembers, until its exact retry time; the service was not asked.</summary>
    DenyCache = 1,

    /// <summary>The service did not answer and the failure mode is <see cref="FailureMode.Open"/>, or no local limit is known: admitted.</summary>
    FailOpen = 2,

    /// <summary>The service did not answer and the failure mode is <see cref="FailureMode.Closed"/>: denied.</summary>
    FailClosed = 3,

    /// <summary>The service did not answer and the failure mode is <see cref="FailureMode.Local"/>: a limit in this process decided.</summary>
    FailLocal = 4,
}
