using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench;

/// <summary>What reading the clock takes: it is in the time of every call that is timed by itself.</summary>
internal static class ClockCost
{
    public static double Nanoseconds()
    {
        LatencyHistogram readings = new();
        double nanosecondsATick = 1e9 / TimeProvider.System.TimestampFrequency;
        long before = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < 200_000; i++)
        {
            long after = TimeProvider.System.GetTimestamp();
            readings.Add((long)((after - before) * nanosecondsATick));
            before = TimeProvider.System.GetTimestamp();
        }

        return readings.Quantile(0.5);
    }
}
