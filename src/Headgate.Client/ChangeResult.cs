namespace Headgate.Client;

/// <summary>What became of a change.</summary>
public enum ChangeOutcome
{
    /// <summary>It is made, or was as asked for already.</summary>
    Made = 0,

    /// <summary>It is not made: somebody else has changed it since, or it is there already. Read it again, then decide.</summary>
    Conflict = 1,

    /// <summary>There was nothing to remove.</summary>
    NotFound = 2,
}

/// <summary>The answer to a change of the configuration. A conflict is data, not an exception. An immutable value.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="ETag">The version that it made; null after a removal and where it was not made.</param>
/// <param name="Detail">What the service says of a conflict; null if it was made.</param>
public readonly record struct ChangeResult(ChangeOutcome Outcome, string? ETag = null, string? Detail = null)
{
    /// <summary>True if it is in force.</summary>
    public bool IsMade => Outcome == ChangeOutcome.Made;
}
