namespace Headgate.Tests.Admission;

/// <summary>A gate that is not full costs no memory.</summary>
[Collection(nameof(Alone))]
public class GateAllocationTests
{
    [Fact]
    public void Entering_and_leaving_a_gate_that_is_not_full_allocates_nothing()
    {
        using FairGate gate = new();
        string[] flows = ["a", "b", "c"];
        long least = long.MaxValue;
        for (int run = 0; run < 4; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 2000; i++)
            {
                Now(gate.EnterAsync(new FairFlow(flows[i % 3]), 1 + (i % 64))).Dispose();
                gate.TryEnter(new FairFlow("d"), out FairPass other);
                other.Dispose();
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void A_flow_is_forgotten_when_nobody_of_it_waits()
    {
        using FairGate gate = new(new FairGateOptions { MaxConcurrent = 1 }, new Headgate.Conformance.FakeClock());
        WeakReference key = Pass(gate);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(key.IsAlive);
        Assert.Equal(0, gate.Active);
    }

    private static FairPass Now(ValueTask<FairPass> entered) =>
        entered.IsCompletedSuccessfully ? entered.Result : throw new InvalidOperationException("A gate with free places answers at once.");

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference Pass(FairGate gate)
    {
        string key = new('k', 10);
        FairPass inside = gate.Enter();
        Task<FairPass> waiting = gate.Ask(key);
        inside.Dispose();
        waiting.Now().Dispose();
        return new WeakReference(key);
    }
}
