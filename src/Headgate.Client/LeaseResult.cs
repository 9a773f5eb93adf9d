namespace Headgate.Client;

/// <summary>What became of a release or a renewal.</summary>
public enum LeaseResult
{
    /// <summary>Released, or renewed.</summary>
    Done = 0,

    /// <summary>Nothing was held any more: it was released before, or its lease time is over.</summary>
    NotHeld = 1,

    /// <summary>The service did not answer. What is held is free when its lease time is over.</summary>
    Unavailable = 2,
}
