namespace Headgate.Tests.Admission;

/// <summary>A gate as tests use it: answers of those who do not wait are there at once, and the others' come in the moment that lets them in.</summary>
internal static class Queue
{
    public static Task<FairPass> Ask(this FairGate gate, string flow, int cost = 1, int weight = 1, CancellationToken ct = default) =>
        gate.EnterAsync(new FairFlow(flow, weight), cost, ct).AsTask();

    /// <summary>Enters a gate that has a place free.</summary>
    public static FairPass Enter(this FairGate gate, string flow = "holder")
    {
        Task<FairPass> asked = gate.Ask(flow);
        Assert.True(asked.IsCompletedSuccessfully);
        Assert.Equal(FairOutcome.Entered, asked.Result.Outcome);
        return asked.Result;
    }

    /// <summary>The answer that is there by now.</summary>
    public static FairPass Now(this Task<FairPass> asked)
    {
        Assert.True(asked.IsCompletedSuccessfully);
        return asked.Result;
    }
}
