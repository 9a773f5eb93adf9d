namespace Headgate.AspNetCore.Observability;

/// <summary>Counts who is refused, in bounded memory. Safe for any number of threads; a refusal takes one lock that its processor has for itself.</summary>
/// <remarks>
/// Each processor counts in a summary of its own (<see cref="SpaceSaving{TKey}"/>, 1,000 counters, made when it is needed), so that clients
/// that are refused on all processors at once do not queue for one lock; no refusal is skipped. Every hour counting begins anew and what was
/// counted before is kept for one hour more. A list puts all summaries together: a key that one of them has no counter for came there at most
/// as often as its lowest count, which is added to both its refusals and its overcount. So with N refusals in the list's time, an overcount is
/// at most N/1,000, and every key with more than N/1,000 refusals is in the list.
/// </remarks>
internal sealed class RefusedKeys : IRefusedKeys
{
    public const int DefaultCapacity = 1_000;

    /// <summary>More than this many processors share: the memory is bounded by counters, not by the machine.</summary>
    private const int MostStripes = 8;

    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    private readonly TimeProvider _clock;
    private readonly int _capacity;
    private readonly int _stripes;
    private Hour _hour;

    public RefusedKeys(TimeProvider clock)
        : this(clock, DefaultCapacity, Math.Min(MostStripes, Environment.ProcessorCount))
    {
    }

    public RefusedKeys(TimeProvider clock, int capacity, int stripes)
    {
        _clock = clock;
        _capacity = capacity;
        _stripes = stripes;
        _hour = new Hour(capacity, stripes, clock.GetTimestamp(), clock.GetUtcNow(), before: null);
    }

    /// <summary>When the count of the lists that are given now began.</summary>
    public DateTimeOffset Since
    {
        get
        {
            Hour hour = Current();
            return (hour.Before ?? hour).Since;
        }
    }

    /// <summary>All refusals that the lists given now count, N.</summary>
    public long Total
    {
        get
        {
            Hour hour = Current();
            return hour.Total + (hour.Before?.Total ?? 0);
        }
    }

    /// <summary>A policy refused a key. Allocates only for a key that has no counter yet.</summary>
    public void Add(string policy, string key)
    {
        Stripe stripe = Current().Stripes[Thread.GetCurrentProcessorId() % _stripes];
        lock (stripe.Gate) stripe.Keys.Add((policy, key));
    }

    /// <inheritdoc/>
    public IReadOnlyList<RefusedKey> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Hour hour = Current();
        DateTimeOffset since = (hour.Before ?? hour).Since;
        Dictionary<(string Policy, string Key), (long Refusals, long Overcount)> sums = [];
        long floors = hour.AddTo(sums) + (hour.Before?.AddTo(sums) ?? 0);
        return
        [
            .. sums.Select(sum => (sum.Key.Policy, sum.Key.Key, Refusals: sum.Value.Refusals + floors, Overcount: sum.Value.Overcount + floors))
                .OrderByDescending(sum => sum.Refusals).ThenBy(sum => sum.Overcount)
                .ThenBy(sum => sum.Policy, StringComparer.Ordinal).ThenBy(sum => sum.Key, StringComparer.Ordinal)
                .Take(count)
                .Select(sum => new RefusedKey(sum.Policy, sum.Key, sum.Refusals, sum.Overcount) { Caller = CallerId.Of(sum.Key), Since = since }),
        ];
    }

    /// <summary>The hour that is now; the first to come after it ended begins another.</summary>
    private Hour Current()
    {
        Hour hour = Volatile.Read(ref _hour);
        TimeSpan age = _clock.GetElapsedTime(hour.Started);
        if (age < Window) return hour;

        // Hours follow one another without a gap, so that a list never reaches back more than two. Who still adds to the one that ended adds
        // to what is kept.
        long hours = age.Ticks / Window.Ticks;
        long started = hour.Started + (long)(hours * Window.TotalSeconds * _clock.TimestampFrequency);
        Hour next = new(_capacity, _stripes, started, _clock.GetUtcNow() - (age - hours * Window), hours == 1 ? hour : null);
        hour.Before = null;
        Hour seen = Interlocked.CompareExchange(ref _hour, next, hour);
        return ReferenceEquals(seen, hour) ? next : seen;
    }

    /// <summary>What was counted from one instant on, and before it.</summary>
    private sealed class Hour(int capacity, int stripes, long started, DateTimeOffset since, Hour? before)
    {
        public long Started { get; } = started;

        public DateTimeOffset Since { get; } = since;

        public Hour? Before { get; set; } = before;

        public Stripe[] Stripes { get; } = [.. Enumerable.Range(0, stripes).Select(_ => new Stripe(capacity))];

        public long Total
        {
            get
            {
                long total = 0;
                foreach (Stripe stripe in Stripes)
                {
                    lock (stripe.Gate) total += stripe.Keys.Total;
                }

                return total;
            }
        }

        /// <summary>Adds each key's counts above the floor of its summary; the sum of the floors is to be added to all.</summary>
        public long AddTo(Dictionary<(string Policy, string Key), (long Refusals, long Overcount)> sums)
        {
            long floors = 0;
            List<SpaceSaving<(string Policy, string Key)>.Entry> entries = [];
            foreach (Stripe stripe in Stripes)
            {
                entries.Clear();
                long floor;
                lock (stripe.Gate)
                {
                    floor = stripe.Keys.Floor;
                    stripe.Keys.CopyTo(entries);
                }

                floors += floor;
                foreach (SpaceSaving<(string Policy, string Key)>.Entry entry in entries)
                {
                    (long refusals, long overcount) = sums.GetValueOrDefault(entry.Key);
                    sums[entry.Key] = (refusals + entry.Count - floor, overcount + entry.Overcount - floor);
                }
            }

            return floors;
        }
    }

    private sealed class Stripe(int capacity)
    {
        public Lock Gate { get; } = new();

        public SpaceSaving<(string Policy, string Key)> Keys { get; } = new(capacity);
    }
}
