namespace Headgate.Cli.Bench.Measuring;

/// <summary>How many times as long one subject takes as another: the median over laps, and the middle half of the laps.</summary>
/// <remarks>
/// The two ran within the same second of each lap, so what slows the machine down slows both; the division is made per lap,
/// before the median is taken.
/// </remarks>
internal sealed record Ratio(double Median, double LowerQuartile, double UpperQuartile)
{
    public static Ratio Of(Samples subject, Samples baseline) => Of(subject.LapNanoseconds, baseline.LapNanoseconds);

    /// <summary>The same in processor time.</summary>
    public static Ratio OfCpu(Samples subject, Samples baseline) => Of(subject.LapCpuNanoseconds, baseline.LapCpuNanoseconds);

    private static Ratio Of(List<double> subject, List<double> baseline)
    {
        double[] ratios = new double[Math.Min(subject.Count, baseline.Count)];
        for (int i = 0; i < ratios.Length; i++) ratios[i] = subject[i] / baseline[i];
        return new Ratio(Quantile.Median(ratios), Quantile.Of(ratios, 0.25), Quantile.Of(ratios, 0.75));
    }
}
