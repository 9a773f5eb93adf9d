namespace Headgate.Http.Admission;

/// <summary>Keys of which the other side wants to be left alone or whose requests wait; bounded. Others are not in here, and asking for one costs a field read while none is.</summary>
/// <param name="clock">The clock of blocks and waits.</param>
/// <param name="settings">Bounds.</param>
/// <param name="ask">Stands in the limit's line; must have taken its place there when it returns. Counts as <see cref="KeyLine.AtLimit"/> until <see cref="Leave"/>.</param>
internal sealed class KeyLines(TimeProvider clock, HandlerSettings settings, Func<HeldRequest, Task<Entry>> ask)
{
    private static readonly TimeSpan SweepPause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeyLine> _keys = new(StringComparer.Ordinal);
    private readonly long _origin = clock.GetTimestamp();
    private TimeSpan _nextSweep = TimeSpan.MinValue;
    private int _count;
    private int _held;
    private long _turns;

    /// <summary>Requests that wait for the other side's time to pass.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>The place of a request that comes now.</summary>
    public long NextTurn() => Interlocked.Increment(ref _turns);

    /// <summary>True if nothing stands between a request and the limit: no word of the other side, nobody who came before.</summary>
    public bool IsQuiet(string key) => Volatile.Read(ref _count) == 0 || !IsKnown(key);

    /// <summary>How long the other side is still to be left alone; zero if it need not be.</summary>
    public TimeSpan Left(string key)
    {
        if (Volatile.Read(ref _count) == 0) return TimeSpan.Zero;
        lock (_gate) return _keys.TryGetValue(key, out KeyLine? line) ? LeftOf(line, Now()) : TimeSpan.Zero;
    }

    /// <summary>Leaves the other side alone for a time from now, if that is longer than is known already. False if there is no room to remember it.</summary>
    public bool TryBlock(string key, TimeSpan time)
    {
        KeyLine? line;
        lock (_gate)
        {
            TimeSpan now = Now();
            if (!_keys.TryGetValue(key, out line))
            {
                SweepIfDue(now);
                if (_keys.Count >= settings.MaxLearnedKeys) return false;
                line = Add(key);
            }

            if (now + time <= line.BlockedUntil) return true;
            line.BlockedUntil = now + time;
            if (line.Held.Count == 0) return true;
        }

        // Some may not live to see the end of it now, and are told so at once.
        Move(line);
        return true;
    }

    /// <summary>Lets a request go on to the limit at once, holds it (its <see cref="HeldRequest.Moved"/> ends later), or refuses it at once because its turn would come too late.</summary>
    public Passage Join(HeldRequest request, out TimeSpan left)
    {
        lock (_gate)
        {
            TimeSpan now = Now();
            if (!_keys.TryGetValue(request.Key, out KeyLine? line)) line = Add(request.Key);
            left = LeftOf(line, now);
            if (left <= TimeSpan.Zero && line.Held.Count == 0 && !line.IsMoving)
            {
                line.AtLimit++;
                return Passage.Free;
            }

            if (left > PatienceOf(request) || _held >= settings.MaxWaiters)
            {
                RemoveIfIdle(line, now);
                return Passage.Refused;
            }

            request.Hold();
            Insert(line.Held, request);
            _held++;
            // While they are moved on, whoever moves them takes this one, too.
            if (!line.IsMoving) Arm(line, left);
            return Passage.Held;
        }
    }

    /// <summary>A held request has been cancelled; nothing happens if it has been moved on.</summary>
    public void Abandon(HeldRequest request)
    {
        lock (_gate)
        {
            // Whoever is held keeps the key's line where it is.
            if (request.Node is null || !_keys.TryGetValue(request.Key, out KeyLine? line)) return;
            TakeOut(line, request);
            RemoveIfIdle(line, Now());
        }

        request.Cancel();
    }

    /// <summary>A request has left the limit's line.</summary>
    public void Leave(string key)
    {
        lock (_gate)
        {
            KeyLine line = _keys[key];
            line.AtLimit--;
            RemoveIfIdle(line, Now());
        }
    }

    /// <summary>Moves on those whose time has come, and refuses those whose turn would come too late, until there are none.</summary>
    private void Move(KeyLine line)
    {
        lock (_gate)
        {
            if (line.IsMoving || line.IsGone) return;
            line.IsMoving = true;
        }

        while (true)
        {
            List<HeldRequest> moved;
            TimeSpan left;
            lock (_gate)
            {
                TimeSpan now = Now();
                left = LeftOf(line, now);
                moved = Take(line, left);
                if (left <= TimeSpan.Zero) line.AtLimit += moved.Count;
                if (moved.Count == 0)
                {
                    line.IsMoving = false;
                    if (line.Held.Count > 0) Arm(line, left);
                    else RemoveIfIdle(line, now);
                    return;
                }
            }

            foreach (HeldRequest request in moved)
                request.MoveOn(left > TimeSpan.Zero ? Task.FromResult(new Entry(default, LearnedLeft: left, HasWaited: true)) : ask(request));
        }
    }

    /// <summary>All whose time has come; or, as long as it has not, those that would wait too long.</summary>
    private List<HeldRequest> Take(KeyLine line, TimeSpan left)
    {
        List<HeldRequest> taken = [];
        for (LinkedListNode<HeldRequest>? next, node = line.Held.First; node is not null; node = next)
        {
            next = node.Next;
            if (left > TimeSpan.Zero && left <= PatienceOf(node.Value)) continue;
            taken.Add(node.Value);
            TakeOut(line, node.Value);
        }

        return taken;
    }

    /// <summary>By its node: a search would make everybody's cancellation as long as the line.</summary>
    private void TakeOut(KeyLine line, HeldRequest request)
    {
        line.Held.Remove(request.Node!);
        request.Node = null;
        _held--;
    }

    private bool IsKnown(string key)
    {
        lock (_gate)
        {
            TimeSpan now = Now();
            SweepIfDue(now);
            return _keys.TryGetValue(key, out KeyLine? line) && !RemoveIfIdle(line, now);
        }
    }

    private void SweepIfDue(TimeSpan now)
    {
        if (now < _nextSweep) return;
        _nextSweep = now + SweepPause;
        foreach (KeyLine line in _keys.Values) RemoveIfIdle(line, now);
    }

    private KeyLine Add(string key)
    {
        KeyLine line = new(key);
        _keys.Add(key, line);
        Volatile.Write(ref _count, _keys.Count);
        return line;
    }

    /// <summary>True if the line is gone. Who looked it up before and comes with it now must not take away another that stands in its place.</summary>
    private bool RemoveIfIdle(KeyLine line, TimeSpan now)
    {
        if (line.IsGone) return true;
        if (line.HasWaiters || LeftOf(line, now) > TimeSpan.Zero) return false;
        line.IsGone = true;
        line.Timer?.Dispose();
        _keys.Remove(line.Key);
        Volatile.Write(ref _count, _keys.Count);
        return true;
    }

    private void Arm(KeyLine line, TimeSpan left)
    {
        TimeSpan due = Pause.Piece(left, clock);
        if (line.Timer is null)
        {
            line.Timer = clock.CreateTimer(
                static state =>
                {
                    (KeyLines lines, KeyLine line) = ((KeyLines, KeyLine))state!;
                    lines.Move(line);
                },
                (this, line), due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            line.Timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>From the back, where those that came last stand: only who has been at the limit and was sent back goes before others.</summary>
    private static void Insert(LinkedList<HeldRequest> held, HeldRequest request)
    {
        LinkedListNode<HeldRequest>? before = held.Last;
        while (before is not null && before.Value.Turn > request.Turn) before = before.Previous;
        request.Node = before is null ? held.AddFirst(request) : held.AddAfter(before, request);
    }

    private TimeSpan PatienceOf(HeldRequest request) => settings.MaxWait - clock.GetElapsedTime(request.Start);

    private static TimeSpan LeftOf(KeyLine line, TimeSpan now) => line.BlockedUntil > now ? line.BlockedUntil - now : TimeSpan.Zero;

    private TimeSpan Now() => clock.GetElapsedTime(_origin);
}
