using System.Globalization;

namespace Headgate.Benchmarks.Reporting;

/// <summary>On which side of the target the value has to be.</summary>
internal enum Bound
{
    AtMost,
    Below,
    AtLeast,
}

/// <summary>A target and what was measured.</summary>
/// <param name="What">In words.</param>
/// <param name="Bound">The side of the target that is good.</param>
/// <param name="Target">The figure asked for.</param>
/// <param name="Value">The figure found.</param>
/// <param name="Unit">Of both; empty for ratios.</param>
/// <param name="Spread">How sure the value is: the middle half of the laps, or empty.</param>
internal sealed record Check(string What, Bound Bound, double Target, double Value, string Unit = "", string Spread = "")
{
    public bool Met => Bound switch
    {
        Bound.AtMost => Value <= Target,
        Bound.Below => Value < Target,
        _ => Value >= Target,
    };

    /// <summary>How far from the target, as a share of it: positive on the good side.</summary>
    public double Margin => Target == 0 ? 0 : (Bound == Bound.AtLeast ? Value - Target : Target - Value) / Target;

    public string Verdict => (Met, Target) switch
    {
        (true, 0) => "met",
        (false, 0) => "**missed**",
        (true, _) => Invariant($"met, {Margin:0 %} to spare"),
        (false, _) => Invariant($"**missed** by {-Margin:0.# %}"),
    };

    public string TargetText =>
        $"{(Bound switch { Bound.AtMost => "at most", Bound.Below => "below", _ => "at least" })} {Number(Target)}{Suffix}";

    public string ValueText => $"{Number(Value)}{Suffix}{(Spread.Length > 0 ? $" ({Spread})" : "")}";

    private string Suffix => Unit.Length > 0 ? $" {Unit}" : "";

    private static string Number(double value) =>
        value >= 1000 ? Invariant($"{value:#,0}")
            : value == 0 ? "0"
            : value < 0.01 ? Invariant($"{value:0.######}") : Invariant($"{value:0.00#}");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
