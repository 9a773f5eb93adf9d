using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>redis-benchmark before and after the rows that are measured by it: what lies between the two is the machine's doing.</summary>
internal sealed record YardstickPair(YardstickReading Before, YardstickReading After)
{
    private static readonly string[] TableHeader = ["", "calls a second", "mean", "p50", "p99"];

    public double PerSecond => (Before.PerSecond + After.PerSecond) / 2;

    /// <summary>A throughput in yardsticks, judged on the mean of both.</summary>
    public Check Check(string what, double target, CallerSamples samples) => new(
        $"{what} : redis-benchmark", Bound.AtLeast, target, samples.Throughput / PerSecond,
        Spread: string.Create(CultureInfo.InvariantCulture,
            $"{samples.Throughput / Before.PerSecond:0.00} to the first, {samples.Throughput / After.PerSecond:0.00} to the second"));

    public RowResult Row(string server, int requests, int keys) => new(
        "yardstick", "redis-benchmark, one decision a call", TableHeader, [Line("before", Before), Line("after", After)], [],
        [
            string.Create(CultureInfo.InvariantCulture,
                $"`redis-benchmark -n {requests} -c {Yardstick.Connections} -P {Yardstick.Pipeline} -r {keys} EVALSHA ...`: the store's own script, one decision of a token bucket on one of {keys:N0} random keys a call."),
            "redis-benchmark cuts an argument at its first zero byte, so the script has its argument as a constant, and a placeholder of the same length is sent.",
            $"Server: {server}; client and server on the same machine.",
        ], this);

    private static string[] Line(string name, YardstickReading reading) =>
    [
        name,
        string.Create(CultureInfo.InvariantCulture, $"{reading.PerSecond:#,0}"),
        Figures.Time(reading.MeanNanoseconds),
        Figures.Time(reading.P50Nanoseconds),
        Figures.Time(reading.P99Nanoseconds),
    ];
}
