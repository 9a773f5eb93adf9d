using Headgate.Conformance.Model;

namespace Headgate.Conformance.Traces;

/// <summary>Makes the calls of a trace on a store and compares what it answers.</summary>
public static class TraceReplay
{
    /// <summary>Null if every answer is the trace's; else what differs, and the calls that lead there.</summary>
    public static async Task<string?> FindDifferenceAsync(StoreUnderTest under, Trace trace)
    {
        List<Decision> decisions = [];
        for (int i = 0; i < trace.Steps.Count; i++)
        {
            TraceStep step = trace.Steps[i];
            under.SetTime(step.At);
            (Decision decision, bool? held) = await CallAsync(under.Store, step, decisions);
            decisions.Add(decision);
            ModelDecision? answered = step.Decision is null ? null : ModelDecision.From(decision);
            if (answered != step.Decision || held != step.Held) return Explain(trace, i, (object?)answered ?? held);
            long decidedAt = decision.DecidedAtMicros();
            if (step.Decision is not null && decidedAt != step.At) return Explain(trace, i, $"decided at {decidedAt}");
        }

        return null;
    }

    private static async Task<(Decision Decision, bool? Held)> CallAsync(IRateLimitStore store, TraceStep step, List<Decision> decisions)
    {
        ReadOnlyMemory<Charge> charges = step.Charges.ToArray();
        LeaseId lease = new((UInt128)step.Lease);
        switch (step.Op)
        {
            case TraceOp.Acquire:
                return (await store.AcquireAsync(charges), null);
            case TraceOp.Peek:
                return (await store.PeekAsync(charges), null);
            case TraceOp.Enter:
                return (await store.EnterAsync(charges, lease), null);
            case TraceOp.Renew:
                return (default, await store.RenewAsync(charges, lease));
            case TraceOp.Release:
                return (default, await store.ReleaseAsync(charges, lease));
            case TraceOp.Refund:
                await store.RefundAsync(charges, decisions[step.Of]);
                return default;
            default:
                foreach (Charge charge in step.Charges) await store.ResetAsync(charge);
                return default;
        }
    }

    private static long DecidedAtMicros(this Decision decision) =>
        (decision.DecidedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static string Explain(Trace trace, int at, object? answered)
    {
        string steps = string.Join(Environment.NewLine, trace.Steps.Take(at + 1).Select((step, i) => $"  {i}: {step}"));
        return $"{trace.Name}, step {at}: the store answered {answered}; the model is last in{Environment.NewLine}{steps}";
    }
}
