namespace Headgate.Cli.Bench.Measuring;

/// <summary>Order statistics: a disturbance of the machine moves a mean, but not a median.</summary>
internal static class Quantile
{
    public static double Median(IReadOnlyList<double> values) => Of(values, 0.5);

    /// <summary>The value below which <paramref name="share"/> of the values lie, between neighbours by proportion.</summary>
    public static double Of(IReadOnlyList<double> values, double share)
    {
        if (values.Count == 0) return double.NaN;
        double[] sorted = [.. values];
        Array.Sort(sorted);
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 == sorted.Length ? sorted[below] : double.Lerp(sorted[below], sorted[below + 1], place - below);
    }
}
