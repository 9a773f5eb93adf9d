using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>What was observed of one subject behind a network.</summary>
internal sealed class CallerSamples(string subject)
{
    public string Subject => subject;

    /// <summary>Of all laps.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Answers a second, for each lap.</summary>
    public List<double> LapThroughput { get; } = [];

    /// <summary>Median nanoseconds of a call, for each lap.</summary>
    public List<double> LapP50 { get; } = [];

    /// <summary>Mean nanoseconds of a call, for each lap.</summary>
    public List<double> LapMean { get; } = [];

    public double Throughput => Quantile.Median(LapThroughput);

    public double P50 => Quantile.Median(LapP50);

    public double Mean => Quantile.Median(LapMean);

    public double P99 => Latencies.Quantile(0.99);

    /// <param name="latencies">Of the lap.</param>
    /// <param name="nanoseconds">Of all calls of the lap, added up.</param>
    /// <param name="seconds">How long the lap took.</param>
    public void AddLap(LatencyHistogram latencies, double nanoseconds, double seconds)
    {
        Latencies.Add(latencies);
        LapP50.Add(latencies.Quantile(0.5));
        LapMean.Add(nanoseconds / latencies.Count);
        LapThroughput.Add(latencies.Count / seconds);
    }

    /// <summary>How many times as much this does a second as another, lap by lap: the median.</summary>
    public double ThroughputTo(CallerSamples other) => Quantile.Median([.. LapThroughput.Zip(other.LapThroughput, (mine, its) => mine / its)]);

    /// <summary>How many times as long this takes as another, median against median, lap by lap.</summary>
    public double P50To(CallerSamples other) => Quantile.Median([.. LapP50.Zip(other.LapP50, (mine, its) => mine / its)]);
}

/// <summary>How long to measure behind a network.</summary>
/// <param name="Laps">Subjects take turns in each.</param>
/// <param name="Lap">Of one subject.</param>
/// <param name="WarmUp">Of one subject, uncounted.</param>
/// <param name="YardstickRequests">That redis-benchmark sends in one run.</param>
internal sealed record RemoteEffort(int Laps, TimeSpan Lap, TimeSpan WarmUp, int YardstickRequests)
{
    public static RemoteEffort Full { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 300_000);

    public static RemoteEffort Quick { get; } = new(2, TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(300), 100_000);

    public static RemoteEffort Smoke { get; } = new(1, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20), 2_000);
}
