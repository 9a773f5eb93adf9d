using Headgate.Conformance.Model;
using Headgate.Conformance.Traces;

namespace Headgate.Tests;

/// <summary>The recorded traces are the model's, and cover what they claim.</summary>
public class VectorTests
{
    public static TheoryData<string> Files => [.. Vectors.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_recorded_answers_are_those_of_the_model(string file)
    {
        IReadOnlyList<Trace> traces = Vectors.Load(file);
        Assert.Equal(TraceJson.Write(traces), TraceJson.Write(traces.Select(TraceRecorder.Record)));
    }

    [Fact]
    public void A_few_hundred_traces_cover_every_call_and_every_outcome()
    {
        List<Trace> traces = [.. Vectors.Names.SelectMany(Vectors.Load)];
        List<TraceStep> steps = [.. traces.SelectMany(t => t.Steps)];
        List<ModelDecision> decisions = [.. steps.Select(s => s.Decision).OfType<ModelDecision>()];

        Assert.InRange(traces.Count, 300, 1000);
        Assert.Equal(traces.Count, traces.Select(t => t.Name).Distinct().Count());
        Assert.Equal(Enum.GetValues<TraceOp>(), steps.Select(s => s.Op).Distinct().Order());
        Assert.Contains(steps, s => s.Held == true);
        Assert.Contains(steps, s => s.Held == false);
        Assert.Contains(steps, s => s.Charges.Count > 1);
        Assert.Contains(decisions, d => d.RetryAfter == ModelVerdict.Never);
        Assert.Contains(decisions, d => d.Delay > 0);
        Assert.Contains(decisions, d => d.ShadowDeniedBy is not null);
        Assert.True(decisions.Count(d => d.Allowed) > decisions.Count / 4);
        Assert.True(decisions.Count(d => !d.Allowed && d.RetryAfter > 0) > decisions.Count / 10);
    }
}
