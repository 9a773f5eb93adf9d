namespace Headgate.Extensions.Policies;

/// <summary>Finds what a decision names.</summary>
internal static class PolicyDecider
{
    /// <summary>The place of the charge with a limit of that label; 0 if there is none: nobody decided, or a failure mode did.</summary>
    public static int IndexOf(ReadOnlySpan<Charge> charges, string? label)
    {
        if (label is null) return 0;
        for (int i = 0; i < charges.Length; i++)
        {
            if (Has(charges[i].Limit, label)) return i;
        }

        return 0;
    }

    /// <summary>True if the limit of that label holds permits until they are released.</summary>
    public static bool HoldsPermits(Limit limit, string? label) =>
        Array.Exists(limit.Leaves, leaf => leaf.Limit is ConcurrencyLimit && string.Equals(leaf.Label, label, StringComparison.Ordinal));

    public static bool Has(Limit limit, string label)
    {
        foreach (LimitLeaf leaf in limit.Leaves)
        {
            if (string.Equals(leaf.Label, label, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
