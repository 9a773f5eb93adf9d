using Headgate.Waiting;

namespace Headgate;

/// <summary>
/// Permits of a concurrency limit, held until disposed: <c>await using</c> it around the work. Renews itself while it is held; a release
/// counts once, however often it is disposed. One that is dropped without being disposed is not renewed any more. Thread-safe.
/// </summary>
public sealed class ConcurrencyLease : IAsyncDisposable
{
    /// <summary>A renewal each third of the lease time: two may fail before the lease runs out.</summary>
    private const int RenewalsPerLease = 3;

    private readonly IChargePort _port;
    private readonly WaitLine _line;
    private readonly string _key;
    private readonly LeaseId _id;
    private readonly CancellationTokenSource _lost = new();
    private readonly Renewal? _renewal;
    private int _released;

    internal ConcurrencyLease(IChargePort port, WaitLine line, string key, LeaseId id, Decision decision, TimeSpan leaseTime)
    {
        _port = port;
        _line = line;
        _key = key;
        _id = id;
        Decision = decision;
        Lost = _lost.Token;
        _released = decision.IsAllowed ? 0 : 1;
        if (!decision.IsAllowed) return;
        TimeSpan period = TimeSpan.FromTicks(Math.Clamp(leaseTime.Ticks / RenewalsPerLease, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerDay));
        _renewal = new Renewal(this, port.Clock, period);
    }

    /// <summary>What the limits said. Denied: nothing is held, and disposing does nothing.</summary>
    public Decision Decision { get; }

    /// <summary>True if permits were granted; they are held until the lease is disposed or lost.</summary>
    public bool IsAcquired => Decision.IsAllowed;

    /// <summary>True if the lease ran out before it was disposed: renewals did not arrive in time, and others may hold the permits now.</summary>
    public bool IsLost => _lost.IsCancellationRequested;

    /// <summary>Cancelled when the lease is lost, so that the work can stop.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Renews the lease now, for a whole lease time. False if it is not held any more. Usually not needed: it renews itself.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async ValueTask<bool> RenewAsync(CancellationToken ct = default)
    {
        if (Volatile.Read(ref _released) != 0) return false;
        bool held = await _port.RenewAsync(_key, _id, Decision.Source, ct).ConfigureAwait(false);
        if (!held && Volatile.Read(ref _released) == 0) await LoseAsync().ConfigureAwait(false);
        return held;
    }

    /// <summary>Gives the permits back. The first call counts; later ones do nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0) return;
        _renewal?.Stop();
        try
        {
            await _port.ReleaseAsync(_key, _id, Decision.Source).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreUnavailableException or ObjectDisposedException)
        {
            // The store frees the permits when the lease time ends, or is gone itself: nothing is left to give back.
            return;
        }

        _line.Wake(_key);
    }

    private async Task TryRenewAsync()
    {
        try
        {
            await RenewAsync().ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The next renewal comes before the lease runs out; if the store stays away, one after that reports the loss.
            return;
        }
        catch (ObjectDisposedException)
        {
            await LoseAsync().ConfigureAwait(false);
        }
    }

    private Task LoseAsync()
    {
        _renewal?.Stop();
        return _lost.CancelAsync();
    }

    /// <summary>The timer, which does not keep the lease: one that was dropped without being disposed is not renewed for ever.</summary>
    private sealed class Renewal
    {
        private readonly WeakReference<ConcurrencyLease> _lease;
        private readonly ITimer _timer;

        public Renewal(ConcurrencyLease lease, TimeProvider clock, TimeSpan period)
        {
            _lease = new WeakReference<ConcurrencyLease>(lease);
            _timer = clock.CreateTimer(static renewal => ((Renewal)renewal!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            // Not before the field is set, which the first tick may need.
            _timer.Change(period, period);
        }

        public void Stop() => _timer.Dispose();

        private void Tick()
        {
            if (_lease.TryGetTarget(out ConcurrencyLease? lease)) _ = lease.TryRenewAsync();
            else Stop();
        }
    }
}
