using System.Diagnostics.Metrics;
using System.Numerics;

namespace Headgate.Server.Metrics;

/// <summary>The buckets of a histogram: what its instrument advises, else what suits its unit.</summary>
internal static class Boundaries
{
    /// <summary>More are left out: each costs a line at each scrape.</summary>
    public const int Most = 100;

    private static readonly double[] Seconds =
        [0.000_001, 0.000_01, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] Bytes = [64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 16_777_216];

    private static readonly double[] Numbers = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

    public static double[] Of(Instrument instrument)
    {
        double[] advised = instrument switch
        {
            Histogram<double> h => Read(h.Advice),
            Histogram<long> h => Read(h.Advice),
            Histogram<int> h => Read(h.Advice),
            Histogram<float> h => Read(h.Advice),
            Histogram<decimal> h => Read(h.Advice),
            Histogram<short> h => Read(h.Advice),
            Histogram<byte> h => Read(h.Advice),
            _ => [],
        };
        if (advised.Length > 0) return advised;
        return instrument.Unit switch
        {
            "s" => Seconds,
            "By" => Bytes,
            _ => Numbers,
        };
    }

    private static double[] Read<T>(InstrumentAdvice<T>? advice)
        where T : struct, INumber<T> =>
        [.. (advice?.HistogramBucketBoundaries ?? []).Select(double.CreateSaturating).Where(double.IsFinite).Take(Most)];
}
