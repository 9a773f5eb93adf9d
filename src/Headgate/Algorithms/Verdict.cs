namespace Headgate.Algorithms;

/// <summary>What one algorithm says of one charge. Times are microseconds from now.</summary>
internal struct Verdict
{
    /// <summary><see cref="RetryAfter"/> of a cost above the limit: no waiting helps.</summary>
    public const long Never = long.MaxValue;

    public bool Allowed;

    /// <summary>Denied, but the state was written under other numbers and must be stored as settled now.</summary>
    public bool Settles;

    public long Remaining;
    public long RetryAfter;
    public long ResetAfter;
    public long Delay;
}
