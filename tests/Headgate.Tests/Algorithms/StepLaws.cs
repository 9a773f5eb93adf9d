using Headgate.Algorithms;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Traces;

namespace Headgate.Tests.Algorithms;

/// <summary>Laws that hold at every step of every trace, asked of the algorithms themselves, without the model's answers.</summary>
public class StepLaws
{
    public static TheoryData<LimitKind, ScriptOptions> Traces => ModelLaws.Traces;

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_2_a_denial_a_peek_and_a_cost_of_0_leave_every_byte_as_it_is(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script =>
        {
            byte[] before = [];
            Walk.Through(
                script,
                visit => before = visit.Subject.Snapshot(),
                visit =>
                {
                    bool changes = visit.Step.Op is TraceOp.Acquire or TraceOp.Enter && visit.Verdict!.Value.Allowed && visit.Charge.Cost > 0;
                    if (visit.Verdict is not null && !changes) Assert.Equal(before, visit.Subject.Snapshot());
                });
        }, tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_4_from_its_end_on_a_state_decides_like_never_seen(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            Limit limit = visit.Charge.Limit;
            long end = visit.Subject.Head.ForgetAt;
            using var neverSeen = Subject.Create(limit);
            foreach (long now in new[] { Math.Max(end, visit.Now), Math.Max(end, visit.Now) + 1, end + (3 * Scale.Of(limit).Recovery) })
            {
                foreach (long cost in Costs(limit)) Assert.Equal(neverSeen.Peek(now, cost), visit.Subject.Peek(now, cost));
            }
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_4_a_state_is_kept_as_long_as_it_counts_and_no_longer_than_the_limit_needs(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            Verdict now = visit.Subject.Peek(visit.Now, 0);
            StateHead head = visit.Subject.Head;
            if (now.ResetAfter > 0) Assert.True(head.ForgetAt >= visit.Now + now.ResetAfter);
            Assert.True(head.ForgetAt - head.LastSeen <= Scale.Of(visit.Charge.Limit).Recovery);
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_5_a_denied_charge_is_admitted_at_its_retry_time_and_not_before(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            foreach (long cost in Costs(visit.Charge.Limit))
            {
                Verdict verdict = visit.Subject.Peek(visit.Now, cost);
                if (verdict.Allowed)
                {
                    Assert.Equal(0, verdict.RetryAfter);
                    continue;
                }

                if (verdict.RetryAfter == Verdict.Never) continue;
                Assert.True(verdict.RetryAfter > 0);
                Assert.True(visit.Subject.Peek(visit.Now + verdict.RetryAfter, cost).Allowed);
                Assert.False(visit.Subject.Peek(visit.Now + verdict.RetryAfter - 1, cost).Allowed);
            }
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_6_more_than_all_is_never_admitted_and_all_is_some_day(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            long all = Scale.Of(visit.Charge.Limit).All;
            foreach (long cost in new[] { all + 1, long.MaxValue })
            {
                Verdict verdict = visit.Subject.Peek(visit.Now, cost);
                Assert.Equal((false, Verdict.Never, 0L), (verdict.Allowed, verdict.RetryAfter, verdict.Delay));
            }

            Verdict whole = visit.Subject.Peek(visit.Now, all);
            Assert.True(whole.Allowed || whole.RetryAfter != Verdict.Never);
            Assert.True(visit.Subject.Peek(visit.Now, 0).Allowed);
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_7_what_remains_is_admitted_and_one_more_is_not(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            long remaining = visit.Verdict?.Remaining ?? visit.Subject.Peek(visit.Now, 0).Remaining;
            Assert.InRange(remaining, 0, Scale.Of(visit.Charge.Limit).All);
            Assert.True(visit.Subject.Peek(visit.Now, remaining).Allowed);
            Assert.False(visit.Subject.Peek(visit.Now, remaining + 1).Allowed);
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_8_a_jump_of_the_clock_locks_nobody_out_longer_than_it_is_believed(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            long recovery = Scale.Of(visit.Charge.Limit).Recovery;
            long all = Scale.Of(visit.Charge.Limit).All;
            long last = visit.Subject.Head.LastSeen;
            if (last == 0) return;
            // Behind by more than a recovery: the clock that wrote the state was wrong, and nothing of it counts.
            if (last > recovery) Assert.True(visit.Subject.Peek(last - recovery - 1, all).Allowed);
            Verdict verdict = visit.Subject.Peek(visit.Now, all);
            Assert.True(verdict.Allowed || verdict.RetryAfter <= 2 * recovery);
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_8_a_clock_that_is_behind_meets_what_the_running_maximum_meets(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Single(kind, options), script => Walk.Through(script, visit =>
        {
            long last = visit.Subject.Head.LastSeen;
            long recovery = Scale.Of(visit.Charge.Limit).Recovery;
            foreach (long behind in new[] { 1, recovery / 2, recovery }.Where(b => b > 0 && b <= last))
            {
                foreach (long cost in Costs(visit.Charge.Limit))
                {
                    Verdict expected = visit.Subject.Peek(last, cost);
                    if (expected.ResetAfter > 0) expected.ResetAfter += behind;
                    if (!expected.Allowed) expected.RetryAfter += behind;
                    if (expected.Delay > 0) expected.Delay += behind;
                    Assert.Equal(expected, visit.Subject.Peek(last - behind, cost));
                }
            }
        }), tests: 30);

    [Theory]
    [MemberData(nameof(Traces))]
    public void Law_12_there_and_back_at_one_instant_is_the_identity(LimitKind kind, ScriptOptions options) =>
        PropertyCheck.ForAll(ScriptGen.Changing(kind, options & ~ScriptOptions.ClockBack), script => Walk.Through(script, visit =>
        {
            byte[] before = visit.Subject.Snapshot();
            foreach (IReadOnlyList<Charge> other in script.Menus)
            {
                visit.Subject.Change(other[0].Limit);
                visit.Subject.Peek(visit.Now, 1);
                visit.Subject.Acquire(visit.Now, 0);
            }

            Assert.Equal(before, visit.Subject.Snapshot());
            visit.Subject.Change(visit.Charge.Limit);
        }), tests: 30);

    private static IEnumerable<long> Costs(Limit limit)
    {
        long all = Scale.Of(limit).All;
        return new[] { 1, 2, (all / 2) + 1, all - 1, all }.Where(c => c >= 1 && c <= all).Distinct();
    }
}
