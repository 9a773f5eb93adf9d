using Headgate.Conformance;

namespace Headgate.Tests.Memory;

/// <summary>The memory store under the suite that every store must pass.</summary>
public class MemoryStoreConformance : StoreConformance
{
    protected override ValueTask<StoreUnderTest> CreateStoreAsync()
    {
        FakeClock clock = new();
        return new(new StoreUnderTest(new MemoryStore(clock), clock.SetMicros, ClockControl.Full));
    }
}
