namespace Headgate.Cli.Simulate.Replay;

/// <summary>One limit on a store of its own in the time of the log, and what it would have done to each key.</summary>
internal sealed class LimitReplay : IDisposable
{
    private readonly VirtualClock _clock;
    private readonly MemoryStore _store;
    private readonly Limiter _limiter;
    private KeyOutcome[] _keys = new KeyOutcome[1024];

    public LimitReplay(Limit limit, long startMicros)
    {
        Limit = limit;
        _clock = new VirtualClock(startMicros);
        _store = new MemoryStore(_clock, new MemoryStoreOptions { MaxKeys = MemoryStoreOptions.MostMaxKeys });
        _limiter = new Limiter(limit, _store);
    }

    public Limit Limit { get; }

    public long Allowed { get; private set; }

    public long Denied { get; private set; }

    /// <summary>Denied because the cost is above the limit: no waiting would have helped.</summary>
    public long Impossible { get; private set; }

    /// <summary>Admitted, but to be held back: leaky buckets.</summary>
    public long Delayed { get; private set; }

    /// <summary>All delays together, in microseconds; stays at the largest number rather than wrap.</summary>
    public long TotalDelay { get; private set; }

    public long LongestDelay { get; private set; }

    public ReadOnlySpan<KeyOutcome> Keys => _keys;

    /// <summary>True if the event is admitted.</summary>
    public bool Replay(int key, string name, long time, long cost)
    {
        _clock.Set(time);
        Decision decision = _limiter.Acquire(name, cost);
        if (key >= _keys.Length) Array.Resize(ref _keys, Math.Max(key + 1, _keys.Length * 2));
        ref KeyOutcome outcome = ref _keys[key];
        outcome.Requests++;
        if (decision.IsAllowed)
        {
            Allowed++;
            if (decision.Delay > TimeSpan.Zero) Delay(decision.Delay.Ticks / TimeSpan.TicksPerMicrosecond);
            return true;
        }

        Denied++;
        bool never = decision.RetryAfter == Timeout.InfiniteTimeSpan;
        if (never) Impossible++;
        outcome.Deny(time, never ? time : time + (decision.RetryAfter.Ticks / TimeSpan.TicksPerMicrosecond));
        return false;
    }

    public void Dispose() => _store.Dispose();

    private void Delay(long micros)
    {
        Delayed++;
        TotalDelay = micros > long.MaxValue - TotalDelay ? long.MaxValue : TotalDelay + micros;
        LongestDelay = Math.Max(LongestDelay, micros);
    }
}

/// <summary>What a limit would have done to one key. Times are microseconds since 1970.</summary>
internal struct KeyOutcome
{
    private long _lockedFrom;
    private long _lockedTo;

    public long Requests;
    public long Denied;
    public long FirstDenial;
    public long LastDenial;

    /// <summary>The longest time from a denial to when the next request of its kind would have been admitted, denials before then
    /// included.</summary>
    public long LongestLockOut;

    public void Deny(long time, long retryAt)
    {
        if (Denied++ == 0) FirstDenial = time;
        LastDenial = time;
        if (time >= _lockedTo || _lockedFrom == 0) _lockedFrom = time;
        _lockedTo = Math.Max(retryAt, time);
        LongestLockOut = Math.Max(LongestLockOut, _lockedTo - _lockedFrom);
    }
}
