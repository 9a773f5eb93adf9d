using FsCheck;
using FsCheck.Fluent;

namespace Headgate.Tests.Admission;

/// <summary>What happens at a gate, generated.</summary>
internal enum StepKind
{
    Join,
    Next,
    GoAway,
}

/// <param name="Kind">What happens.</param>
/// <param name="Flow">Whose caller joins.</param>
/// <param name="Weight">The weight it comes with.</param>
/// <param name="Cost">What it costs.</param>
/// <param name="Pick">Which of those who wait goes away.</param>
internal readonly record struct Step(StepKind Kind, int Flow, int Weight, int Cost, int Pick)
{
    /// <summary>Few flows, with weights far apart and near, and costs up to 8 now and then (the model walks each round).</summary>
    public static Arbitrary<Step[]> Lists(bool mayGoAway, bool mayReweigh)
    {
        int[] fixedWeights = [1, 3, 10, 700, 1000];
        Gen<Step> step =
            from kind in Gen.Frequency((6, Gen.Constant(StepKind.Join)), (5, Gen.Constant(StepKind.Next)), (mayGoAway ? 2 : 0, Gen.Constant(StepKind.GoAway)))
            from flow in Gen.Choose(0, fixedWeights.Length - 1)
            from weight in mayReweigh ? Gen.Elements(1, 2, 999, 1000) : Gen.Constant(fixedWeights[flow])
            from cost in Gen.Frequency((3, Gen.Constant(1)), (1, Gen.Choose(2, 8)))
            from pick in Gen.Choose(0, 100)
            select new Step(kind, flow, weight, cost, pick);
        return Arb.From(step.ArrayOf(), steps => Halves(steps).Concat(steps.Select((_, i) => (Step[])[.. steps[..i], .. steps[(i + 1)..]])));
    }

    private static IEnumerable<Step[]> Halves(Step[] steps)
    {
        if (steps.Length < 4) yield break;
        yield return steps[(steps.Length / 2)..];
        yield return steps[..(steps.Length / 2)];
    }
}
