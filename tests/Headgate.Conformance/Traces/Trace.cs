using Headgate.Conformance.Model;

namespace Headgate.Conformance.Traces;

/// <summary>What a step of a trace calls.</summary>
public enum TraceOp
{
    Acquire,
    Peek,
    Enter,
    Renew,
    Release,
    Refund,
    Reset,
}

/// <summary>A history of calls on one store, and what the laws say each must answer.</summary>
public sealed record Trace(string Name, string About, IReadOnlyList<TraceStep> Steps);

/// <summary>One call.</summary>
/// <param name="At">The store's time, in microseconds since 1970. It may run backwards.</param>
/// <param name="Op">What is called.</param>
/// <param name="Charges">With what.</param>
public sealed record TraceStep(long At, TraceOp Op, IReadOnlyList<Charge> Charges)
{
    /// <summary>Enter, renew, release: the lease, a number above 0 of the trace's own.</summary>
    public int Lease { get; init; }

    /// <summary>Refund: the index of the step whose charges are given back.</summary>
    public int Of { get; init; }

    /// <summary>Acquire, peek, enter: the decision.</summary>
    public ModelDecision? Decision { get; init; }

    /// <summary>Renew, release: whether the lease was held.</summary>
    public bool? Held { get; init; }

    /// <summary>For a failed test's message: what to read, and what to copy into a regression test.</summary>
    public override string ToString()
    {
        string charges = string.Join(", ", Charges.Select(c => $"{c.Cost} of \"{c.Namespace}/{c.Key}\" {c.Limit}"));
        string more = Lease > 0 ? $" lease {Lease}" : Op == TraceOp.Refund ? $" of step {Of}" : "";
        return $"{At} {Op}{more} [{charges}] -> {Held?.ToString() ?? Decision?.ToString() ?? "done"}";
    }
}
