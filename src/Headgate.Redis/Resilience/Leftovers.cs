using System.Collections.Concurrent;
using Headgate.Redis.Limits;

namespace Headgate.Redis.Resilience;

/// <summary>
/// Leases that nobody holds any more and that Redis may not know to be free: admitted after their caller had gone, or released while Redis was
/// away. They are released until Redis has heard it; a release counts once, so that one too many does no harm.
/// </summary>
/// <param name="release">Tells Redis.</param>
/// <param name="pause">Between rounds while Redis is away.</param>
/// <param name="clock">The clock of that.</param>
internal sealed class Leftovers(Func<ChargeItem[], LeaseId, Task> release, TimeSpan pause, TimeProvider clock)
{
    /// <summary>Those beyond end with their lease time, as do those that are older than <see cref="MostAge"/>.</summary>
    private const int Most = 100_000;

    private static readonly TimeSpan MostAge = TimeSpan.FromMinutes(1);

    private readonly ConcurrentQueue<(ChargeItem[] Items, LeaseId Lease, long Since)> _queue = new();
    private int _running;

    public void Add(ChargeItem[] items, LeaseId lease)
    {
        if (_queue.Count >= Most) return;
        _queue.Enqueue((items, lease, clock.GetTimestamp()));
        if (Interlocked.Exchange(ref _running, 1) == 0) _ = RunAsync();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        while (true)
        {
            if (!_queue.TryDequeue(out var next))
            {
                Volatile.Write(ref _running, 0);
                // Who came in between has seen somebody running.
                if (_queue.IsEmpty || Interlocked.Exchange(ref _running, 1) != 0) return;
                continue;
            }

            try
            {
                await release(next.Items, next.Lease).ConfigureAwait(false);
                failures = 0;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (StoreUnavailableException)
            {
                if (clock.GetElapsedTime(next.Since) < MostAge) _queue.Enqueue(next);
                // Only where none got through: in a cluster others may be heard meanwhile.
                if (++failures < _queue.Count) continue;
                failures = 0;
                await Task.Delay(pause, clock).ConfigureAwait(false);
            }
        }
    }
}
