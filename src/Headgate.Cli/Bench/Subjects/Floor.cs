using System.Collections.Concurrent;
using System.Diagnostics;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>
/// The least that any limiter on a dictionary of objects must do: look the key up, read the clock, compare and swap. The
/// arithmetic is GCRA's in clock ticks, with no exactness, no remaining, no retry time, no forgetting.
/// </summary>
internal readonly struct Floor : IOperation
{
    public const string Name = "dictionary + clock + CAS";

    private const long IntervalTicks = 1;
    private const long BurstTicks = long.MaxValue / 4;

    private readonly ConcurrentDictionary<string, Cell> _cells = new();

    public Floor()
    {
    }

    public static Candidate Candidate { get; } = new(Name, () => new Subject<Floor>(new Floor()));

    public bool Decide(string key)
    {
        if (!_cells.TryGetValue(key, out Cell? cell)) cell = _cells.GetOrAdd(key, static _ => new Cell());

        // The bare clock, not the injected one: the floor pays for nothing it could do without.
#pragma warning disable RS0030
        long now = Stopwatch.GetTimestamp();
#pragma warning restore RS0030
        while (true)
        {
            long arrival = Volatile.Read(ref cell.Arrival);
            long next = Math.Max(arrival, now) + IntervalTicks;
            if (next - now > BurstTicks) return false;
            if (Interlocked.CompareExchange(ref cell.Arrival, next, arrival) == arrival) return true;
        }
    }

    private sealed class Cell
    {
        public long Arrival;
    }
}
