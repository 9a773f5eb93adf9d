using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>One lap of one subject: until when, and how long its calls took. A counter for each thread, so that callers do not meet at one.</summary>
internal sealed class Lap : IDisposable
{
    private static readonly double NanosecondsATick = 1e9 / TimeProvider.System.TimestampFrequency;

    private readonly ThreadLocal<Counter> _counters = new(static () => new Counter(), trackAllValues: true);
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public Lap(TimeSpan time) => End = _start + (long)(time.TotalSeconds * TimeProvider.System.TimestampFrequency);

    /// <summary>By the clock's timestamps.</summary>
    public long End { get; }

    public bool IsOver => TimeProvider.System.GetTimestamp() >= End;

    public void Add(long ticks)
    {
        Counter counter = _counters.Value!;
        long nanoseconds = (long)(ticks * NanosecondsATick);
        counter.Latencies.Add(nanoseconds);
        counter.Nanoseconds += nanoseconds;
    }

    /// <summary>Once all calls are back.</summary>
    /// <param name="samples">Where the lap is added.</param>
    /// <param name="isShared">True if others had their turn meanwhile: then only the time of its own calls is its own.</param>
    public void AddTo(CallerSamples samples, bool isShared = false)
    {
        double seconds = TimeProvider.System.GetElapsedTime(_start).TotalSeconds;
        LatencyHistogram all = new();
        double nanoseconds = 0;
        foreach (Counter counter in _counters.Values)
        {
            all.Add(counter.Latencies);
            nanoseconds += counter.Nanoseconds;
        }

        samples.AddLap(all, nanoseconds, isShared ? nanoseconds / 1e9 : seconds);
    }

    public void Dispose() => _counters.Dispose();

    private sealed class Counter
    {
        public LatencyHistogram Latencies { get; } = new();

        public long Nanoseconds { get; set; }
    }
}
