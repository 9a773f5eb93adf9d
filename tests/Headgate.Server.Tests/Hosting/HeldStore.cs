namespace Headgate.Server.Tests.Hosting;

/// <summary>A store that answers when the test lets it: requests stay at work for as long as wanted.</summary>
/// <param name="heedsCancellation">False for a part of the service that hangs whatever it is told.</param>
internal sealed class HeldStore(bool heedsCancellation = true) : IRateLimitStore
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;

    /// <summary>How many have come, gone or not.</summary>
    public int Entered => Volatile.Read(ref _inside);

    public void Open() => _open.TrySetResult();

    public ValueTask<Decision> AcquireAsync(Charge charge, CancellationToken ct = default) => AcquireAsync(new[] { charge }, ct);

    public async ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default)
    {
        Interlocked.Increment(ref _inside);
        await (heedsCancellation ? _open.Task.WaitAsync(ct) : _open.Task);
        using MemoryStore store = new();
        return await store.AcquireAsync(charges, ct);
    }

    public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => throw new NotSupportedException();

    public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) => throw new NotSupportedException();
}
