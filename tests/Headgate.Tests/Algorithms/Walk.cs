using Headgate.Algorithms;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Traces;

namespace Headgate.Tests.Algorithms;

/// <summary>Makes the calls of a one-key trace on an algorithm, and asks for more at every step.</summary>
internal static class Walk
{
    /// <summary>Before and after a call; <c>Verdict</c> is null where the call has none.</summary>
    internal readonly record struct Visit(Subject Subject, TraceStep Step, Charge Charge, Verdict? Verdict, bool? Held)
    {
        public long Now => Step.At;
    }

    public static void Through(Script script, Action<Visit> before, Action<Visit> after)
    {
        Trace trace = script.ToTrace();
        using Subject subject = Subject.Create(script.Menus[0][0].Limit);
        for (int i = 0; i < trace.Steps.Count; i++)
        {
            TraceStep step = trace.Steps[i];
            Charge charge = Assert.Single(step.Charges);
            subject.Change(charge.Limit);
            before(new Visit(subject, step, charge, null, null));
            try
            {
                after(Call(subject, trace, step, charge));
            }
            catch (Exception broken)
            {
                string steps = string.Join(Environment.NewLine, trace.Steps.Take(i + 1));
                throw new InvalidOperationException($"step {i}: {broken.Message}{Environment.NewLine}{steps}", broken);
            }
        }
    }

    public static void Through(Script script, Action<Visit> after) => Through(script, _ => { }, after);

    private static Visit Call(Subject subject, Trace trace, TraceStep step, Charge charge)
    {
        UInt128 lease = (UInt128)step.Lease;
        switch (step.Op)
        {
            case TraceOp.Acquire or TraceOp.Enter:
                return new Visit(subject, step, charge, subject.Acquire(step.At, charge.Cost, lease), null);
            case TraceOp.Peek:
                return new Visit(subject, step, charge, subject.Peek(step.At, charge.Cost), null);
            case TraceOp.Renew:
                return new Visit(subject, step, charge, null, subject.Renew(step.At, lease));
            case TraceOp.Release:
                return new Visit(subject, step, charge, null, subject.Release(step.At, lease));
            case TraceOp.Refund:
                subject.Refund(step.At, trace.Steps[step.Of].At, charge.Cost);
                return new Visit(subject, step, charge, null, null);
            default:
                subject.Forget();
                return new Visit(subject, step, charge, null, null);
        }
    }
}
