namespace Headgate.Extensions.RateLimiting;

/// <summary>How many permits are waited for, by key. Holds only keys that somebody waits for, which the limiter's MaxWaiters bounds.</summary>
internal sealed class QueuedPermits(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _queued = new(StringComparer.Ordinal);
    private int _keys;

    /// <summary>True if somebody waits for the key: who comes now must not overtake.</summary>
    public bool IsAwaited(string key) => Volatile.Read(ref _keys) != 0 && Of(key) != 0;

    public long Of(string key)
    {
        lock (_gate) return _queued.GetValueOrDefault(key);
    }

    /// <summary>False if there is no room for so many.</summary>
    public bool TryJoin(string key, long permits)
    {
        lock (_gate)
        {
            long queued = _queued.GetValueOrDefault(key);
            if (permits > limit - queued) return false;
            _queued[key] = queued + permits;
            Volatile.Write(ref _keys, _queued.Count);
            return true;
        }
    }

    public void Leave(string key, long permits)
    {
        lock (_gate)
        {
            long queued = _queued[key] - permits;
            if (queued == 0) _queued.Remove(key);
            else _queued[key] = queued;
            Volatile.Write(ref _keys, _queued.Count);
        }
    }
}
