namespace Headgate.Conformance.Generation;

/// <summary>How time moves before a call.</summary>
public enum TimeMove
{
    Stay,

    /// <summary>Microseconds.</summary>
    Micros,

    /// <summary>Sixteenths of the time of one permit.</summary>
    Permits,

    /// <summary>Sixteenths of the time in which the limit recovers.</summary>
    Recoveries,

    /// <summary>To the last denial's retry time, and microseconds more or less.</summary>
    ToRetry,

    /// <summary>To the last decision's reset time, and microseconds more or less.</summary>
    ToReset,

    /// <summary>To the end of the aligned window, and microseconds more or less.</summary>
    ToWindowEnd,

    /// <summary>Back by sixteenths of the recovery time.</summary>
    Back,

    /// <summary>Back or forward by a thousand recovery times.</summary>
    Leap,
}

/// <summary>How much a call asks for.</summary>
public enum CostMove
{
    Fixed,

    /// <summary>All that remains, and so many more.</summary>
    Remaining,

    /// <summary>All the permits there are, and so many more.</summary>
    All,

    /// <summary>A share of the permits, in sixteenths, at least one.</summary>
    Share,

    /// <summary>The largest number there is.</summary>
    Huge,
}

/// <summary>A call in terms of what went before; it gets its time and its cost when the model has answered that.</summary>
/// <param name="Time">How time moves.</param>
/// <param name="By">By how much.</param>
/// <param name="Op">What is called, see <see cref="Script"/>.</param>
/// <param name="Cost">How much is asked for.</param>
/// <param name="Amount">And how much more.</param>
/// <param name="Menu">Which of the script's charge lists.</param>
/// <param name="Pick">Which lease, or which earlier call.</param>
public readonly record struct Move(TimeMove Time, int By, MoveOp Op, CostMove Cost, int Amount, int Menu, int Pick)
{
    /// <summary>Moves that are simpler than this one, for shrinking.</summary>
    public IEnumerable<Move> Simpler()
    {
        if (Time != TimeMove.Stay) yield return this with { Time = TimeMove.Stay, By = 0 };
        if (Op != MoveOp.Acquire) yield return this with { Op = MoveOp.Acquire };
        if (Cost != CostMove.Fixed || Amount != 1) yield return this with { Cost = CostMove.Fixed, Amount = 1 };
        if (Menu != 0) yield return this with { Menu = 0 };
        if (Pick != 0) yield return this with { Pick = 0 };
        if (By != 0) yield return this with { By = By / 2 };
        if (Amount is > 1 or < 0) yield return this with { Amount = Amount / 2 };
    }
}

/// <summary>What a move calls.</summary>
public enum MoveOp
{
    Acquire,
    Peek,
    Enter,
    Renew,
    Release,
    Refund,
    Reset,
}
