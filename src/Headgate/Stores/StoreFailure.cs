namespace Headgate;

/// <summary>What a failure mode answers in place of a store that cannot (law 15).</summary>
internal static class StoreFailure
{
    /// <summary>When to ask again after a denial by <see cref="FailureMode.Closed"/>.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    public static async ValueTask<Decision> DecideAsync(FailureMode mode, LocalStore local, Charge[] charges, bool peek, LeaseId lease)
    {
        switch (mode)
        {
            case FailureMode.Open:
                return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
            case FailureMode.Closed when IsInShadow(charges):
                // Nothing of it is enforced, so there is nothing to be closed (law 14).
                return new Decision { IsAllowed = true, Source = DecisionSource.FailOpen };
            case FailureMode.Closed:
                return new Decision { Source = DecisionSource.FailClosed, RetryAfter = RetryAfter };
            default:
                Decision decision = peek
                    ? await local.Value.PeekAsync(charges).ConfigureAwait(false)
                    : await local.Value.EnterAsync(charges, lease).ConfigureAwait(false);
                return decision with { Source = DecisionSource.FailLocal };
        }
    }

    /// <summary>True if no limit of the charges is enforced.</summary>
    public static bool IsInShadow(ReadOnlySpan<Charge> charges)
    {
        foreach (Charge charge in charges)
        {
            foreach (LimitLeaf leaf in charge.Limit.Leaves)
            {
                if (!leaf.Shadow) return false;
            }
        }

        return true;
    }
}
