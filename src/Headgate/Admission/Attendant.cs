namespace Headgate.Admission;

/// <summary>Stands at a gate that is full: keeps the line, hands places on, turns away whose time is over. One lock, one timer.</summary>
internal sealed class Attendant : IDisposable
{
    /// <summary>Of very many who ran out of time, so many are turned away before others get a look in.</summary>
    private const int MostAtOnce = 1_000;

    private readonly Lock _lock = new();
    private readonly FairGate _gate;
    private readonly FreePlaces _places;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly FairLine _line = new();

    /// <summary>Places out of use since the bound was lowered.</summary>
    private readonly Stack<int> _parked = new();

    /// <summary>Places that are held and shall go out of use when they come back.</summary>
    private int _surplus;

    private bool _isArmed, _isDisposed;

    public Attendant(FairGate gate, FreePlaces places, FairGateOptions options, TimeProvider clock)
    {
        (_gate, _places, _clock, Options) = (gate, places, clock, options);
        for (int i = 0; i < options.MaxConcurrent; i++) _places.TryReturn(_places.Make());
        _timer = CreateTimer();
    }

    public FairGateOptions Options { get; private set; }

    public int Queued => _line.Count;

    /// <summary>For who found no free place: takes one if there is one by now, else waits.</summary>
    public ValueTask<FairPass> EnterAsync(in FairFlow flow, int cost, CancellationToken ct)
    {
        Waiter waiter;
        Answers answers = default;
        lock (_lock)
        {
            ThrowIfDisposed();
            if (_places.TryTakeOrAttend(out int place, out long ticket)) return new(new FairPass(_gate, place, ticket));
            waiter = new Waiter(cost, _clock.GetTimestamp());
            if (!_line.TryJoin(waiter, flow, Options, out Waiter? dropped))
            {
                EndAttendanceIfIdle();
                return new(FairPass.Refusal(FairOutcome.Overflow));
            }

            if (dropped is not null) answers.Add(dropped, FairPass.Refusal(FairOutcome.Overflow, _clock.GetElapsedTime(dropped.Since, waiter.Since)));
            ArmIfNeeded();
        }

        answers.Send();
        return ct.CanBeCanceled ? WaitAsync(waiter, ct) : new(waiter.Task);
    }

    /// <summary>A place that came back while the gate was attended.</summary>
    public void Leave(int place)
    {
        Answers answers = default;
        lock (_lock)
        {
            if (_surplus > 0)
            {
                _surplus--;
                _parked.Push(place);
                EndAttendanceIfIdle();
            }
            else
            {
                Give(place, ref answers);
            }
        }

        answers.Send();
    }

    public void Configure(FairGateOptions options)
    {
        Answers answers = default;
        lock (_lock)
        {
            ThrowIfDisposed();
            int more = options.MaxConcurrent - Options.MaxConcurrent;
            Options = options;
            for (; more > 0; more--) AddPlace(ref answers);
            for (; more < 0; more++) TakePlaceAway();
            _isArmed = false;
            ArmIfNeeded();
        }

        answers.Send();
    }

    public int QueuedOf(string key)
    {
        lock (_lock) return _line.QueuedOf(key);
    }

    public IReadOnlyList<FairFlowState> Flows(int most)
    {
        lock (_lock)
        {
            long now = _clock.GetTimestamp();
            return
            [
                .. _line.Flows().Take(most).Select(queue => new FairFlowState(queue.Key, queue.Weight, queue.Count,
                    _clock.GetElapsedTime(queue.Head!.Since, now), (double)_line.DeficitOf(queue) / Rounds.Unit)),
            ];
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed, _gate);

    /// <summary>Those who wait are told so; those inside finish. From then on the gate stays attended, and nobody enters.</summary>
    public void Dispose()
    {
        Waiter? first;
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            while (_places.TryTakeOrAttend(out int place, out long ticket)) _places.TryRelease(place, ticket);
            for (first = null; _line.Oldest is { } waiter; first = waiter)
            {
                _line.Remove(waiter);
                waiter.Later = first;
            }
        }

        _timer.Dispose();
        for (; first is not null; first = first.Later) first.SetException(new ObjectDisposedException(nameof(FairGate)));
    }

    private async ValueTask<FairPass> WaitAsync(Waiter waiter, CancellationToken ct)
    {
        CancellationTokenRegistration registration = ct.UnsafeRegister((state, token) => Abandon((Waiter)state!, token), waiter);
        try
        {
            return await waiter.Task.ConfigureAwait(false);
        }
        finally
        {
            registration.Unregister();
        }
    }

    /// <summary>A caller goes away. If its turn has come in the same moment, it has entered after all.</summary>
    private void Abandon(Waiter waiter, CancellationToken ct)
    {
        lock (_lock)
        {
            if (waiter.Queue is null) return;
            _line.Remove(waiter);
            EndAttendanceIfIdle();
        }

        waiter.SetCanceled(ct);
    }

    /// <summary>Hands a place on to whose turn it is, or makes it free.</summary>
    private void Give(int place, ref Answers answers)
    {
        if (!_isDisposed && _line.TakeNext() is { } waiter)
        {
            TimeSpan waited = _clock.GetElapsedTime(waiter.Since);
            answers.Add(waiter, new FairPass(_gate, place, _places.Hold(place), FairOutcome.Queued, waited));
            EndAttendanceIfIdle();
            return;
        }

        EndAttendanceIfIdle();
        _places.TryReturn(place);
    }

    private void AddPlace(ref Answers answers)
    {
        if (_surplus > 0)
        {
            _surplus--;
            EndAttendanceIfIdle();
        }
        else
        {
            Give(_parked.TryPop(out int parked) ? parked : _places.Make(), ref answers);
        }
    }

    private void TakePlaceAway()
    {
        if (_places.TryTakeOrAttend(out int place, out long ticket))
        {
            _places.TryRelease(place, ticket);
            _parked.Push(place);
        }
        else
        {
            _surplus++;
        }
    }

    /// <summary>The gate is attended exactly while somebody waits or a place is to be taken away; a disposed one for ever.</summary>
    private void EndAttendanceIfIdle()
    {
        if (_line.Count == 0 && _surplus == 0 && !_isDisposed) _places.EndAttendance();
    }

    private ITimer CreateTimer()
    {
        // The timer outlives whoever makes the gate, and must not keep its ambient data.
        using AsyncFlowControl? suppressed = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        return _clock.CreateTimer(static state => ((Attendant)state!).TurnAway(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Sets the timer for who has waited longest, unless it is set: then it is for somebody who came earlier, and is set anew when it rings. So
    /// there is one ring for many waits.
    /// </summary>
    private void ArmIfNeeded()
    {
        if (_isArmed || _line.Oldest is not { } oldest) return;
        TimeSpan left = Options.QueueTimeout - _clock.GetElapsedTime(oldest.Since);
        if (left < TimeSpan.Zero) left = TimeSpan.Zero;
        // The system's timers cut to whole milliseconds and would ring early, again and again; other clocks are taken at their word.
        if (ReferenceEquals(_clock, TimeProvider.System)) left = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
        _isArmed = _timer.Change(left, Timeout.InfiniteTimeSpan);
    }

    private void TurnAway()
    {
        bool hasMore;
        do
        {
            Answers answers = default;
            lock (_lock)
            {
                if (_isDisposed) return;
                hasMore = TakeOutOfTime(ref answers);
                EndAttendanceIfIdle();
                _isArmed = false;
                if (!hasMore) ArmIfNeeded();
            }

            answers.Send();
        }
        while (hasMore);
    }

    private bool TakeOutOfTime(ref Answers answers)
    {
        long now = _clock.GetTimestamp();
        for (int i = 0; i < MostAtOnce; i++)
        {
            if (_line.Oldest is not { } oldest || _clock.GetElapsedTime(oldest.Since, now) is var waited && waited < Options.QueueTimeout) return false;
            _line.Remove(oldest);
            answers.Add(oldest, FairPass.Refusal(FairOutcome.TimedOut, waited));
        }

        return true;
    }
}
