namespace Headgate.Conformance;

/// <summary>A clock that stands still until it is told the time. Safe for any number of threads.</summary>
/// <remarks>
/// <see cref="GetUtcNow"/> and <see cref="GetTimestamp"/> tell the same time, so that whoever measures by either sees it jump back
/// when it is set back, as a broken machine's clock does. Timers fire in order of their due time, on the thread that moves
/// the clock, and see the time at which they were due.
/// </remarks>
public sealed class FakeClock : TimeProvider
{
    /// <summary>2026-01-01T00:00Z in microseconds since 1970: a multiple of every window up to a day.</summary>
    public const long DefaultStartMicros = 1_767_225_600_000_000;

    private readonly Lock _lock = new();
    private readonly List<FakeTimer> _timers = [];
    private long _ticks;
    private long _sequence;

    /// <summary>A clock that shows 2026-01-01T00:00Z.</summary>
    public FakeClock()
        : this(DefaultStartMicros)
    {
    }

    /// <summary>A clock that shows a time in microseconds since 1970.</summary>
    public FakeClock(long micros) => _ticks = Ticks(micros);

    /// <summary>Microseconds since 1970.</summary>
    public long Micros => Volatile.Read(ref _ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Timers that wait to fire.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_lock) return _timers.Count;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Volatile.Read(ref _ticks));

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <summary>Moves the clock on, or back if <paramref name="by"/> is negative; fires what falls due on the way.</summary>
    public void Advance(TimeSpan by) => MoveTo(Volatile.Read(ref _ticks) + by.Ticks);

    /// <summary>Moves the clock by microseconds.</summary>
    public void AdvanceMicros(long by) => Advance(TimeSpan.FromTicks(Ticks(by)));

    /// <summary>Sets the clock to microseconds since 1970, earlier or later than now; fires what falls due on the way.</summary>
    public void SetMicros(long micros) => MoveTo(Ticks(micros));

    /// <summary>Sets the clock.</summary>
    public void Set(DateTimeOffset now) => MoveTo((now - DateTimeOffset.UnixEpoch).Ticks);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        FakeTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private static long Ticks(long micros) => checked(micros * TimeSpan.TicksPerMicrosecond);

    private void MoveTo(long target)
    {
        while (TakeDue(target) is { } due) due.Fire();
        Volatile.Write(ref _ticks, target);
        // A callback may have armed a timer that is due at the very end.
        while (TakeDue(target) is { } due) due.Fire();
    }

    /// <summary>The first timer due by then, with the clock moved to its due time and the timer armed for its next.</summary>
    private FakeTimer? TakeDue(long target)
    {
        lock (_lock)
        {
            FakeTimer? first = _timers.Where(t => t.Due <= target).MinBy(t => (t.Due, t.Sequence));
            if (first is null) return null;
            _timers.Remove(first);
            if (first.Due > _ticks) Volatile.Write(ref _ticks, first.Due);
            if (first.Period > 0) Arm(first, first.Due + first.Period, first.Period);
            return first;
        }
    }

    private void Arm(FakeTimer timer, long due, long period)
    {
        (timer.Due, timer.Period, timer.Sequence) = (due, period, ++_sequence);
        _timers.Add(timer);
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long Due { get; set; }

        public long Period { get; set; }

        public long Sequence { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                if (_disposed) return false;
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                    clock.Arm(this, clock._ticks + dueTime.Ticks, period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks);
            }

            // A real timer due at once fires on another thread; firing here would run the callback inside the caller's locks.
            if (dueTime == TimeSpan.Zero) ThreadPool.QueueUserWorkItem(static t => t.FireIfStillDueNow(), this, preferLocal: false);
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                _disposed = true;
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void FireIfStillDueNow()
        {
            lock (clock._lock)
            {
                if (_disposed || Due > clock._ticks || !clock._timers.Remove(this)) return;
                if (Period > 0) clock.Arm(this, Due + Period, Period);
            }

            Fire();
        }
    }
}
