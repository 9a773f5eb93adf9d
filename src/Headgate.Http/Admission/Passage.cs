namespace Headgate.Http.Admission;

/// <summary>What becomes of a request that comes to a line.</summary>
internal enum Passage
{
    /// <summary>On to the limit, now.</summary>
    Free,

    /// <summary>Waits for the other side's time to pass.</summary>
    Held,

    /// <summary>Would wait too long, or too many wait.</summary>
    Refused,
}
