using Headgate.Algorithms;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Model;

namespace Headgate.Tests.Algorithms;

/// <summary>Laws 1, 8 and 12: on every trace an algorithm says what the model says.</summary>
public class ModelLaws
{
    public static TheoryData<LimitKind, ScriptOptions> Traces
    {
        get
        {
            TheoryData<LimitKind, ScriptOptions> data = [];
            foreach (LimitKind kind in Enum.GetValues<LimitKind>())
            {
                data.Add(kind, ScriptOptions.None);
                data.Add(kind, ScriptOptions.GiveBack);
                data.Add(kind, ScriptOptions.ClockBack | ScriptOptions.GiveBack);
                data.Add(kind, ScriptOptions.Extreme);
                data.Add(kind, ScriptOptions.Extreme | ScriptOptions.ClockBack | ScriptOptions.GiveBack);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Decides_as_the_model_does(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, EqualsTheModel), tests: 60);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Decides_as_the_model_does_while_the_numbers_change(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Changing(kind, options), script => Walk.Through(script, EqualsTheModel), tests: 60);

    private static void EqualsTheModel(Walk.Visit visit)
    {
        Assert.Equal(visit.Step.Held, visit.Held);
        if (visit.Verdict is not { } verdict) return;
        ModelDecision model = visit.Step.Decision!;
        Assert.Equal(
            (model.Allowed, model.Remaining, model.RetryAfter, model.ResetAfter, model.Delay),
            (verdict.Allowed, verdict.Remaining, Micros(verdict.RetryAfter), verdict.ResetAfter, verdict.Delay));
    }

    private static long Micros(long retryAfter) => retryAfter == Verdict.Never ? ModelVerdict.Never : retryAfter;
}
