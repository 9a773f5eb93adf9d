namespace Headgate.Http.Learning;

/// <summary><c>RateLimit</c> and <c>RateLimit-Policy</c> of draft-ietf-httpapi-ratelimit-headers-11: <c>"burst";r=0;t=30</c> and <c>"burst";q=100;w=60</c>.</summary>
internal static class QuotaFields
{
    /// <summary>
    /// The seconds for which a quota is known to be spent: the longest <c>t</c> of the items whose <c>r</c> is 0, or, where such an item has
    /// no <c>t</c>, the window of the policy of its name. Zero if all have some left. False if the field is not what the draft says.
    /// </summary>
    /// <param name="rateLimit">All lines of <c>RateLimit</c>, joined by commas.</param>
    /// <param name="policies">All lines of <c>RateLimit-Policy</c>; empty if there is none. If malformed, as if there were none.</param>
    /// <param name="seconds">Zero or more.</param>
    /// <param name="needsPolicy">True if a spent item had no <c>t</c>: only then do the policies matter.</param>
    public static bool TryReadWait(ReadOnlySpan<char> rateLimit, ReadOnlySpan<char> policies, out long seconds, out bool needsPolicy)
    {
        seconds = 0;
        needsPolicy = false;
        StructuredListReader reader = new(rateLimit);
        while (reader.ReadItem(out ReadOnlySpan<char> name))
        {
            long? remaining = null;
            long? window = null;
            bool isMeasuredInTime = true;
            while (reader.ReadParameter(out ReadOnlySpan<char> key, out long? value))
            {
                // Of equal keys the last counts, and one of another type is no number.
                if (key is "r") remaining = value;
                else if (key is "t") (window, isMeasuredInTime) = (value, value is >= 0);
            }

            if (remaining != 0 || !isMeasuredInTime) continue;
            needsPolicy |= window is null;
            seconds = Math.Max(seconds, window ?? WindowOf(name, policies));
        }

        if (!reader.IsValid) seconds = 0;
        return reader.IsValid;
    }

    /// <summary>The window of a policy in seconds; zero if there is none of that name, or it has none.</summary>
    private static long WindowOf(ReadOnlySpan<char> name, ReadOnlySpan<char> policies)
    {
        long found = 0;
        StructuredListReader reader = new(policies);
        while (reader.ReadItem(out ReadOnlySpan<char> policy))
        {
            bool isIt = policy.SequenceEqual(name);
            while (reader.ReadParameter(out ReadOnlySpan<char> key, out long? value))
            {
                if (isIt && key is "w") found = Math.Max(0, value ?? 0);
            }
        }

        return reader.IsValid ? found : 0;
    }
}
