using Headgate.Conformance.Model;

namespace Headgate.Conformance.Traces;

/// <summary>Runs calls against the model and writes down what it answers.</summary>
public sealed class TraceRecorder
{
    private readonly ModelStore _model = new();
    private readonly List<TraceStep> _steps = [];

    public IReadOnlyList<TraceStep> Steps => _steps;

    /// <summary>The same calls with the answers of the model as it is today.</summary>
    public static Trace Record(Trace trace)
    {
        TraceRecorder recorder = new();
        foreach (TraceStep step in trace.Steps) recorder.Add(step);
        return trace with { Steps = recorder.Steps };
    }

    /// <summary>What a call would be answered, without making it.</summary>
    public ModelDecision Peek(long at, params IReadOnlyList<Charge> charges) => _model.Peek(at, charges);

    /// <summary>False, and nothing done, where the laws leave the answer open.</summary>
    public bool TryAdd(TraceStep step)
    {
        if (_model.IsOpen(step.At, step.Charges)) return false;
        Add(step);
        return true;
    }

    public TraceStep Add(TraceStep step)
    {
        TraceStep answered = step with { Decision = null, Held = null };
        UInt128 lease = (UInt128)step.Lease;
        switch (step.Op)
        {
            case TraceOp.Acquire or TraceOp.Enter:
                answered = answered with { Decision = _model.Acquire(step.At, step.Charges, step.Op == TraceOp.Enter ? lease : 0) };
                break;
            case TraceOp.Peek:
                answered = answered with { Decision = _model.Peek(step.At, step.Charges) };
                break;
            case TraceOp.Renew:
                answered = answered with { Held = _model.Renew(step.At, step.Charges, lease) };
                break;
            case TraceOp.Release:
                answered = answered with { Held = _model.Release(step.At, step.Charges, lease) };
                break;
            case TraceOp.Refund:
                _model.Refund(step.At, step.Charges, _steps[step.Of].At);
                break;
            default:
                _model.Reset(step.At, step.Charges);
                break;
        }

        _steps.Add(answered);
        return answered;
    }
}
