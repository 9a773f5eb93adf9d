using Headgate.Cli.Simulate.Replay;

namespace Headgate.Cli.Simulate.Search;

/// <summary>The smallest value of a knob under which at most a share of the requests is denied.</summary>
/// <param name="Knob">What was searched.</param>
/// <param name="PerMille">The share asked for, in thousandths: 1, 10, 50.</param>
/// <param name="Value">The value; null if no value does it.</param>
/// <param name="Denied">Requests denied under it.</param>
/// <param name="DeniedByOneLess">Requests denied by one less; null where one less is no limit.</param>
internal sealed record Suggestion(LimitKnob Knob, int PerMille, long? Value, long Denied, long? DeniedByOneLess);

/// <summary>
/// Bisection over replays of the whole log. Every answer is verified by two of them: the value denies at most the share, one less
/// denies more.
/// </summary>
/// <remarks>
/// Where all costs are equal, more permits or a higher rate admit at every moment at least as many as fewer do (by induction over the
/// requests), so that the answer is the smallest of all. With unequal costs one large admission may crowd out several small ones: then
/// it is a smallest value in its surroundings.
/// </remarks>
internal sealed class LimitSearch(LimitKnob knob, EventLog log, int keys, CancellationToken ct)
{
    /// <summary>Loosest first: what a probe learns about a loose share narrows the stricter ones.</summary>
    private static readonly int[] SharesPerMille = [50, 10, 1];

    /// <summary>Denials by value; where a probe stopped early, a number that is certainly reached.</summary>
    private readonly SortedList<long, (long Denied, bool Exact)> _known = [];

    /// <summary>Replays made.</summary>
    public int Probes { get; private set; }

    /// <param name="deniedAsGiven">What the limit as given denied, if it is the knob's own value to the letter.</param>
    public IReadOnlyList<Suggestion> Run(long? deniedAsGiven)
    {
        if (deniedAsGiven is { } known) _known[knob.Given] = (known, true);
        List<Suggestion> found = [];
        foreach (int share in SharesPerMille) found.Add(Find(share));
        found.Reverse();
        return found;
    }

    public static long MostDenied(long requests, int perMille) => (long)((Int128)requests * perMille / 1000);

    private Suggestion Find(int perMille)
    {
        long most = MostDenied(log.Count, perMille);
        if (TryBracket(most, out long low, out long high))
        {
            while (high - low > 1)
            {
                long middle = high / 4 > low ? Geometric(low, high) : low + ((high - low) / 2);
                if (DeniedAt(middle, most) <= most) high = middle;
                else low = middle;
            }

            return new Suggestion(knob, perMille, high, DeniedAt(high, long.MaxValue), low == 0 ? null : DeniedOrNull(low));
        }

        return new Suggestion(knob, perMille, null, DeniedAt(LargestPossible(), long.MaxValue), null);
    }

    /// <summary>A value that denies too much, or 0, and a larger one that does not.</summary>
    private bool TryBracket(long most, out long low, out long high)
    {
        low = 0;
        high = long.MaxValue;
        foreach ((long value, (long denied, _)) in _known)
        {
            if (denied > most) low = Math.Max(low, value);
        }

        foreach ((long value, (long denied, _)) in _known)
        {
            if (denied <= most && value > low) high = Math.Min(high, value);
        }

        if (high < long.MaxValue) return true;
        long largest = LargestPossible();
        if (DeniedAt(largest, most) > most) return false;

        // Doubling finds an upper end near the answer, where replays cost as much as elsewhere but narrow more.
        for (high = Math.Max(knob.Given, low); high < largest; high = high > largest / 2 ? largest : high * 2)
        {
            if (DeniedAt(high, most) <= most) return true;
            low = high;
        }

        high = largest;
        return true;
    }

    /// <summary>The largest value of which there is a limit: the bounds of capacity depend on the rate.</summary>
    private long LargestPossible()
    {
        if (knob.Build(knob.Max) is not null) return knob.Max;
        long low = knob.Given, high = knob.Max;
        while (high - low > 1)
        {
            long middle = low + ((high - low) / 2);
            if (knob.Build(middle) is not null) low = middle;
            else high = middle;
        }

        return low;
    }

    private long? DeniedOrNull(long value) => knob.Build(value) is null ? null : DeniedAt(value, long.MaxValue);

    private long DeniedAt(long value, long stopAbove)
    {
        if (_known.TryGetValue(value, out (long Denied, bool Exact) known) && (known.Exact || known.Denied > stopAbove)) return known.Denied;
        long denied = long.MaxValue;
        if (knob.Build(value) is { } limit)
        {
            Probes++;
            denied = Probe.Denied(limit, log, keys, stopAbove, ct);
        }

        _known[value] = (denied, denied <= stopAbove);
        return denied;
    }

    private static long Geometric(long low, long high) =>
        Math.Clamp((long)Math.Sqrt(Math.Max(low, 1) * (double)high), low + 1, high - 1);
}
