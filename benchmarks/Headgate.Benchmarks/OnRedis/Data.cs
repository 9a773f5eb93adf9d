using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>Samples for machines.</summary>
internal sealed record Data(
    string Subject, double PerSecond, double MeanNanoseconds, double P50Nanoseconds, double P99Nanoseconds, double MaxNanoseconds,
    IReadOnlyList<double> LapPerSecond, IReadOnlyList<double> LapP50Nanoseconds)
{
    public static IReadOnlyList<Data> Of(IReadOnlyList<CallerSamples> samples) =>
    [
        .. samples.Select(one => new Data(
            one.Subject, one.Throughput, one.Mean, one.P50, one.P99, one.Latencies.Max, one.LapThroughput, one.LapP50)),
    ];
}
