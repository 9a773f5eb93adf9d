using Headgate.Conformance;

namespace Headgate.Tests.Memory;

/// <summary>
/// Law 4 in full: the memory store drops every key that decides like never seen after every single call, and nobody can tell. The same
/// suite, the same recorded traces, the same answers.
/// </summary>
public class ForgetfulStoreConformance : StoreConformance
{
    protected override int GeneratedTraces => 15;

    protected override ValueTask<StoreUnderTest> CreateStoreAsync()
    {
        FakeClock clock = new();
        return new(new StoreUnderTest(new ForgetfulStore(new MemoryStore(clock)), clock.SetMicros, ClockControl.Full));
    }

    [Fact]
    public async Task Nothing_is_kept_of_denials_and_peeks_and_nothing_for_longer_than_it_counts()
    {
        FakeClock clock = new();
        using MemoryStore store = new(clock);
        foreach (Limit limit in OneOfEach())
        {
            Charge[] all = On("k", limit, 5);
            await store.PeekAsync(all);
            await store.AcquireAsync(On("k", limit, 6));
            await store.AcquireAsync(On("k", limit, 0));
            Assert.Equal(0, store.KeyCount);

            Decision charged = await store.AcquireAsync(all);
            clock.Advance(charged.ResetAfter - TimeSpan.FromMicroseconds(1));
            Assert.Equal((0, 1), (store.RemoveIdle(), store.KeyCount));
            clock.AdvanceMicros(1);
            Assert.Equal((1, 0), (store.RemoveIdle(), store.KeyCount));
        }

        Assert.Equal(0, store.ForcedEvictions);
    }

    private sealed class ForgetfulStore(MemoryStore store) : IRateLimitStore, IDisposable
    {
        public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
            Forget(store.AcquireAsync(charges, ct));

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
            Forget(store.PeekAsync(charges, ct));

        public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Forget(store.EnterAsync(charges, lease, ct));

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Forget(store.RenewAsync(charges, lease, ct));

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Forget(store.ReleaseAsync(charges, lease, ct));

        public ValueTask<TimeSpan> ForecastAsync(
            ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
            Forget(store.ForecastAsync(charges, costs, ct));

        public async ValueTask ResetAsync(Charge charge, CancellationToken ct = default)
        {
            await store.ResetAsync(charge, ct);
            store.RemoveIdle();
        }

        public async ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default)
        {
            await store.RefundAsync(charges, decision, ct);
            store.RemoveIdle();
        }

        public void Dispose() => store.Dispose();

        private async ValueTask<T> Forget<T>(ValueTask<T> call)
        {
            T answer = await call;
            store.RemoveIdle();
            return answer;
        }
    }
}
