using Headgate.Cli.Simulate.Input;
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
/// Where all costs are equal, more permits or a higher rate admit at every moment at least as many as fewer do (by induction over
/// the
/// requests), so that the answer is the smallest of all. With unequal costs one large admission may crowd out several small ones:
/// then
/// it is a smallest value in its surroundings. In every case a key that a value denies nothing is denied nothing by a larger one:
/// its
/// requests meet the same states. So what is certain of a value shortens the log for all replays above it.
/// </remarks>
internal sealed class LimitSearch(LimitKnob knob, EventLog log, int keys, CancellationToken ct) : IDisposable
{
    /// <summary>Loosest first: what a probe learns about a loose share narrows the stricter ones.</summary>
    private static readonly int[] SharesPerMille = [50, 10, 1];

    /// <summary>Denials by value; where a probe stopped early, a number that is certainly reached.</summary>
    private readonly SortedList<long, (long Denied, bool Exact)> _known = [];

    private readonly long _requests = log.Count;

    /// <summary>The events of the keys that can still be denied anything.</summary>
    private EventLog _log = log;
    private int _keys = keys;
    private bool _narrowed;

    /// <param name="asGiven">Which keys the limit as given denied how much, if it is the knob's own value to the letter; else
    /// empty.</param>
    public IReadOnlyList<Suggestion> Run(ReadOnlySpan<KeyOutcome> asGiven)
    {
        if (asGiven.Length > 0)
        {
            long denied = 0;
            bool[] marks = new bool[_keys];
            for (int key = 0; key < Math.Min(asGiven.Length, _keys); key++)
            {
                denied += asGiven[key].Denied;
                marks[key] = asGiven[key].Denied > 0;
            }

            _known[knob.Given] = (denied, true);
            if (denied > MostDenied(_requests, SharesPerMille[0])) Narrow(marks);
        }

        List<Suggestion> found = [];
        foreach (int share in SharesPerMille) found.Add(Find(share));
        found.Reverse();
        return found;
    }

    public void Dispose()
    {
        if (_narrowed) _log.Dispose();
    }

    public static long MostDenied(long requests, int perMille) => (long)((Int128)requests * perMille / 1000);

    private Suggestion Find(int perMille)
    {
        long most = MostDenied(_requests, perMille);
        if (TryBracket(most, out long low, out long high))
        {
            while (high - low > 1)
            {
                long middle = high / 4 > low ? Geometric(low, high) : low + ((high - low) / 2);
                if (DeniedAt(middle, most) <= most) high = middle;
                else low = middle;
            }

            return new Suggestion(knob, perMille, high, DeniedAt(high, long.MaxValue), low == 0 ? null : DeniedByOneLess(low));
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

    /// <summary>Exactly how much the value denies that just denies too much; from here on only larger ones are of
    /// interest.</summary>
    private long? DeniedByOneLess(long value)
    {
        if (knob.Build(value) is not { } limit) return null;
        bool[] marks = new bool[_keys];
        long denied = Probe.Denied(limit, _log, _keys, long.MaxValue, marks, ct);
        _known[value] = (denied, true);
        Narrow(marks);
        return denied;
    }

    private long DeniedAt(long value, long stopAbove)
    {
        if (_known.TryGetValue(value, out (long Denied, bool Exact) known)
            && (known.Exact || known.Denied > stopAbove)) return known.Denied;
        long denied = knob.Build(value) is { } limit ? Probe.Denied(limit, _log, _keys, stopAbove, null, ct) : long.MaxValue;
        _known[value] = (denied, denied <= stopAbove);
        return denied;
    }

    /// <summary>Keeps the events of the marked keys, if that is worth a copy, and numbers those keys anew.</summary>
    private void Narrow(bool[] marks)
    {
        int[] numbers = new int[_keys];
        int kept = 0;
        for (int key = 0; key < marks.Length; key++) numbers[key] = marks[key] ? kept++ : -1;
        if (kept > _keys / 2) return;

        EventLog narrow = new(EventLog.DefaultMemoryBytes / 4);
        try
        {
            EventCursor cursor = new(_log);
            for (long n = 1; cursor.TryRead(out long time, out int key, out long cost); n++)
            {
                if (numbers[key] >= 0) narrow.Append(new LogEvent(time, cost, numbers[key]));
                if ((n & 0xFFFF) == 0) ct.ThrowIfCancellationRequested();
            }

            narrow.Complete();
        }
        catch
        {
            narrow.Dispose();
            throw;
        }

        Dispose();
        (_log, _keys, _narrowed) = (narrow, kept, true);
    }

    private static long Geometric(long low, long high) =>
        Math.Clamp((long)Math.Sqrt(Math.Max(low, 1) * (double)high), low + 1, high - 1);
}
