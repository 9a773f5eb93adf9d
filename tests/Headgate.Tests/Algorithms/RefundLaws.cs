using Headgate.Conformance.Generation;
using Headgate.Conformance.Traces;

namespace Headgate.Tests.Algorithms;

/// <summary>A refund, however late, never leaves more than there would be if the charge had never been made.</summary>
public class RefundLaws
{
    public static TheoryData<LimitKind, ScriptOptions> Traces
    {
        get
        {
            TheoryData<LimitKind, ScriptOptions> data = [];
            foreach (LimitKind kind in Enum.GetValues<LimitKind>())
            {
                data.Add(kind, ScriptOptions.None);
                data.Add(kind, ScriptOptions.Extreme);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void Creates_no_permits(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script =>
        {
            List<TraceStep> admitted =
            [
                .. script.ToTrace().Steps.Where(s => s.Op == TraceOp.Acquire && s.Decision!.Allowed && s.Charges[0].Cost > 0),
            ];
            if (admitted.Count == 0) return;
            Limit limit = script.Menus[0][0].Limit;
            int given = admitted.Count / 3;
            using var refunded = Subject.Create(limit);
            using var never = Subject.Create(limit);
            foreach (TraceStep step in admitted)
            {
                Assert.True(refunded.Acquire(step.At, step.Charges[0].Cost).Allowed);
                if (step != admitted[given]) Assert.True(never.Acquire(step.At, step.Charges[0].Cost).Allowed);
            }

            long now = admitted[^1].At;
            refunded.Refund(now, admitted[given].At, admitted[given].Charges[0].Cost);
            Assert.True(refunded.Peek(now, 0).Remaining <= never.Peek(now, 0).Remaining);
            Assert.True(refunded.Peek(now, 0).ResetAfter >= never.Peek(now, 0).ResetAfter);
        });

    [Theory]
    [MemberData(nameof(Traces))]
    public void At_once_and_last_it_leaves_what_there_was(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            if (visit.Step.Op != TraceOp.Acquire || !visit.Verdict!.Value.Allowed || visit.Charge.Cost == 0) return;
            long remained = visit.Verdict.Value.Remaining;
            visit.Subject.Refund(visit.Now, visit.Now, visit.Charge.Cost);
            Assert.Equal(remained + visit.Charge.Cost, visit.Subject.Peek(visit.Now, 0).Remaining);
            visit.Subject.Acquire(visit.Now, visit.Charge.Cost);
        }));
}
