namespace Headgate.Conformance.Model;

/// <summary>What the model says of a list of charges. Times are microseconds from the decision; -1 for never.</summary>
public sealed record ModelDecision
{
    public bool Allowed { get; init; }

    public long Limit { get; init; }

    public long Remaining { get; init; }

    public long RetryAfter { get; init; }

    public long ResetAfter { get; init; }

    public long Delay { get; init; }

    public string? DecidedBy { get; init; }

    public string? ShadowDeniedBy { get; init; }

    /// <summary>A store's decision in the same terms.</summary>
    public static ModelDecision From(Decision decision) => new()
    {
        Allowed = decision.IsAllowed,
        Limit = decision.Limit,
        Remaining = decision.Remaining,
        RetryAfter = Micros(decision.RetryAfter),
        ResetAfter = Micros(decision.ResetAfter),
        Delay = Micros(decision.Delay),
        DecidedBy = decision.DecidedBy,
        ShadowDeniedBy = decision.ShadowDeniedBy,
    };

    private static long Micros(TimeSpan time)
    {
        if (time == Timeout.InfiniteTimeSpan) return ModelVerdict.Never;
        // A store that answers in ticks must still be exact in microseconds.
        if (time.Ticks % TimeSpan.TicksPerMicrosecond != 0)
            throw new InvalidOperationException($"{time} is no whole number of microseconds.");
        return time.Ticks / TimeSpan.TicksPerMicrosecond;
    }
}
