using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Rows;

/// <summary>A target of one subject: its time as a share of another's, or the bytes it allocates.</summary>
/// <param name="Subject">Whose.</param>
/// <param name="Baseline">Compared with whom; null if the target is 0 bytes a call.</param>
/// <param name="Bound">At most or below.</param>
/// <param name="Target">The largest ratio.</param>
internal sealed record DecisionTarget(string Subject, string? Baseline, Bound Bound, double Target)
{
    public static DecisionTarget AtMost(string subject, string baseline, double ratio) =>
        new(subject, baseline, Bound.AtMost, ratio);

    public static DecisionTarget Below(string subject, string baseline, double ratio) =>
        new(subject, baseline, Bound.Below, ratio);

    public static DecisionTarget NoBytes(string subject) => new(subject, null, Bound.AtMost, 0);

    public Check Check(IReadOnlyList<Samples> samples)
    {
        Samples subject = samples.Single(one => one.Subject == Subject);
        if (Baseline == null)
            return new Check($"{Subject}: bytes a call", Bound, Target, (double)subject.AllocatedBytes / subject.Calls, "B");
        Ratio ratio = Ratio.Of(subject, samples.Single(one => one.Subject == Baseline));
        return new Check($"{Subject} : {Baseline}", Bound, Target, ratio.Median, Spread: Spread(ratio));
    }

    public static string Spread(Ratio ratio) =>
        string.Create(CultureInfo.InvariantCulture, $"{ratio.LowerQuartile:0.00} to {ratio.UpperQuartile:0.00}");
}
