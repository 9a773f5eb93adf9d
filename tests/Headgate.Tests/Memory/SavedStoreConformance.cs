using Headgate.Conformance;

namespace Headgate.Tests.Memory;

/// <summary>
/// A store that is saved after every single call, and goes on from its snapshot as another store, decides as if nothing had happened: the same
/// suite, the same recorded traces, the same answers. Leases, clocks that go back and limits that change among them.
/// </summary>
public class SavedStoreConformance : StoreConformance
{
    protected override int GeneratedTraces => 15;

    protected override ValueTask<StoreUnderTest> CreateStoreAsync()
    {
        FakeClock clock = new();
        return new(new StoreUnderTest(new SavedStore(clock), clock.SetMicros, ClockControl.Full));
    }

    [Fact]
    public async Task Each_call_meets_another_store()
    {
        using SavedStore saved = new(new FakeClock());
        MemoryStore first = saved.Current;
        await saved.AcquireAsync(On("k", Limit.FixedWindow(5, TimeSpan.FromHours(1))));
        Assert.NotSame(first, saved.Current);
        Assert.Throws<ObjectDisposedException>(() => first.RemoveIdle());
        Assert.Equal(1, saved.Current.KeyCount);
    }

    private sealed class SavedStore(TimeProvider clock) : IRateLimitStore, IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);

        public MemoryStore Current { get; private set; } = new(clock);

        public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
            Save(store => store.AcquireAsync(charges, ct));

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) =>
            Save(store => store.PeekAsync(charges, ct));

        public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Save(store => store.EnterAsync(charges, lease, ct));

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Save(store => store.RenewAsync(charges, lease, ct));

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) =>
            Save(store => store.ReleaseAsync(charges, lease, ct));

        public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
            Save(store => store.ForecastAsync(charges, costs, ct));

        public async ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => await Save(async store =>
        {
            await store.ResetAsync(charge, ct);
            return true;
        });

        public async ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => await Save(async store =>
        {
            await store.RefundAsync(charges, decision, ct);
            return true;
        });

        public void Dispose()
        {
            Current.Dispose();
            _turn.Dispose();
        }

        private async ValueTask<T> Save<T>(Func<MemoryStore, ValueTask<T>> call)
        {
            await _turn.WaitAsync();
            try
            {
                T answer = await call(Current);
                using MemoryStream stream = new();
                Current.Save(stream);
                stream.Position = 0;
                MemoryStore next = MemoryStore.Restore(stream, clock);
                Current.Dispose();
                Current = next;
                return answer;
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
