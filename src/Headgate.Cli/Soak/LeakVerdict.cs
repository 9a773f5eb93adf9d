namespace Headgate.Cli.Soak;

/// <summary>
/// Whether memory, threads or handles grow without end. The first half of a soak fills tables, compiles and warms up; so the second half is judged: the
/// median of its last quarter against the median of the quarter before, which no single collection can sway, and the slope over both.
/// </summary>
/// <param name="Slope">Bytes a minute of resident memory in the second half (Theil-Sen: the median of the slopes of all pairs).</param>
/// <param name="Growth">What grows, for people; empty if nothing does.</param>
internal sealed record LeakVerdict(double Slope, IReadOnlyList<string> Growth)
{
    /// <summary>Growth from quarter to quarter below both of these is noise: the collector's own breathing.</summary>
    public const double MemoryShare = 0.05;

    public const long MemoryBytes = 16 * 1024 * 1024;

    /// <summary>Threads or handles more than in the quarter before.</summary>
    public const int Handles = 32;

    public static LeakVerdict Of(IReadOnlyList<ProcessSample> samples)
    {
        if (samples.Count < 8) return new LeakVerdict(0, []);
        ProcessSample[] third = Quarter(samples, 2), fourth = Quarter(samples, 3);
        List<string> growth = [];
        double before = Median(third.Select(sample => (double)sample.ResidentBytes)), after = Median(fourth.Select(sample => (double)sample.ResidentBytes));
        if (after - before > Math.Max(MemoryBytes, before * MemoryShare)) growth.Add($"memory grows: {Format.Bytes((long)before)} in the third quarter, {Format.Bytes((long)after)} in the last");
        Judge("threads", sample => sample.Threads);
        Judge("open files", sample => sample.Handles);
        return new LeakVerdict(SlopeOf([.. third, .. fourth]), growth);

        void Judge(string what, Func<ProcessSample, int> count)
        {
            double few = Median(third.Select(sample => (double)count(sample))), many = Median(fourth.Select(sample => (double)count(sample)));
            if (many - few > Handles) growth.Add(FormattableString.Invariant($"{what} grow: {few:0} in the third quarter, {many:0} in the last"));
        }
    }

    /// <summary>The samples of a quarter of the time, 0 to 3.</summary>
    public static ProcessSample[] Quarter(IReadOnlyList<ProcessSample> samples, int quarter)
    {
        int from = samples.Count * quarter / 4, to = samples.Count * (quarter + 1) / 4;
        return [.. samples.Skip(from).Take(to - from)];
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return 0;
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static double SlopeOf(ProcessSample[] samples)
    {
        List<double> slopes = [];
        for (int i = 0; i < samples.Length; i++)
        {
            for (int j = i + 1; j < samples.Length; j++)
            {
                double minutes = (samples[j].At - samples[i].At).TotalMinutes;
                if (minutes > 0) slopes.Add((samples[j].ResidentBytes - samples[i].ResidentBytes) / minutes);
            }
        }

        return Median(slopes);
    }
}
