namespace Headgate.Waiting;

/// <summary>Callers that wait for a limit, first come first served for each key.</summary>
/// <remarks>
/// Who is at the head asks the store, and if denied sleeps for exactly as long as it said; the others sleep until they are at the head.
/// Whoever leaves, admitted or not, wakes the next. So no permit is taken for a caller that has gone, and none is left lying.
/// </remarks>
internal sealed class WaitLine(StorePort port, int maxWaiters)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<Waiter>> _lines = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Waits for a turn and for admission. A denial means that the wait would have been longer than allowed, or endless, or that too many wait.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; nothing is charged.</exception>
    public async ValueTask<Decision> WaitAsync(string key, long cost, TimeSpan? maxWait, LeaseId lease, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        long start = port.Clock.GetTimestamp();
        string outcome = "cancelled";
        try
        {
            Decision decision = await StandAsync(key, cost, maxWait, lease, start, ct).ConfigureAwait(false);
            if (decision.IsAllowed && decision.Delay > TimeSpan.Zero) await HoldAsync(key, cost, decision, ct).ConfigureAwait(false);
            outcome = decision.IsAllowed ? "admitted" : "refused";
            return decision;
        }
        finally
        {
            Telemetry.RecordWait(port.Name, outcome, port.Clock.GetElapsedTime(start));
        }
    }

    /// <summary>Permits of a key may have come back before their time: whoever is at the head asks again.</summary>
    public void Wake(string key)
    {
        lock (_gate)
        {
            if (_lines.TryGetValue(key, out LinkedList<Waiter>? line)) line.First?.Value.Alarm.Ring();
        }
    }

    private async ValueTask<Decision> StandAsync(string key, long cost, TimeSpan? maxWait, LeaseId lease, long start, CancellationToken ct)
    {
        if (Join(key, cost) is not { } place)
        {
            // No room to wait: who need not wait is served all the same, unless others are in line.
            return HasLine(key)
                ? await RefuseAsync(key, cost, ct).ConfigureAwait(false)
                : await TakeAsync(key, cost, lease).ConfigureAwait(false);
        }

        try
        {
            if (maxWait is { } limit && await ForecastAsync(key, place, ct).ConfigureAwait(false) is var wait && Exceeds(wait, limit))
                return await RefuseAsync(key, cost, ct, wait).ConfigureAwait(false);
            while (!IsHead(place)) await place.Value.Alarm.WaitAsync(ct).ConfigureAwait(false);
            return await AskAsync(key, cost, maxWait, lease, start, place, ct).ConfigureAwait(false);
        }
        finally
        {
            Leave(key, place);
        }
    }

    private async ValueTask<Decision> AskAsync(string key, long cost, TimeSpan? maxWait, LeaseId lease, long start,
        LinkedListNode<Waiter> place, CancellationToken ct)
    {
        while (true)
        {
            Alarm alarm = place.Value.Reset(_gate);
            if (maxWait is { } limit)
            {
                TimeSpan wait = await port.ForecastAsync(key, new[] { cost }, ct).ConfigureAwait(false);
                if (Exceeds(wait, limit - port.Clock.GetElapsedTime(start))) return await RefuseAsync(key, cost, ct, wait).ConfigureAwait(false);
            }

            ct.ThrowIfCancellationRequested();
            Decision decision = await TakeAsync(key, cost, lease).ConfigureAwait(false);
            if (decision.IsAllowed || decision.RetryAfter == Timeout.InfiniteTimeSpan) return decision;

            TimeSpan sleep = decision.RetryAfter;
            if (maxWait is { } most)
            {
                TimeSpan left = most - port.Clock.GetElapsedTime(start);
                if (left <= TimeSpan.Zero) return decision;
                if (left < sleep) sleep = left;
            }

            await alarm.WaitAsync(sleep, port.Clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Not cancelled once under way: a charge whose answer is thrown away would be lost.</summary>
    private ValueTask<Decision> TakeAsync(string key, long cost, LeaseId lease) => lease == LeaseId.None
        ? port.AcquireAsync(key, cost, CancellationToken.None)
        : port.EnterAsync(key, cost, lease, CancellationToken.None);

    /// <summary>Holds admitted work until it may go; if that is cancelled the work never ran, and its permits go back.</summary>
    private async ValueTask HoldAsync(string key, long cost, Decision decision, CancellationToken ct)
    {
        long start = port.Clock.GetTimestamp();
        try
        {
            for (TimeSpan left = decision.Delay; left > TimeSpan.Zero; left = decision.Delay - port.Clock.GetElapsedTime(start))
                await new Alarm().WaitAsync(left, port.Clock, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await port.RefundAsync(key, decision, cost, CancellationToken.None).ConfigureAwait(false);
            Wake(key);
            throw;
        }
    }

    /// <summary>A denial that was not the store's: what it would say, with the wait that was too long.</summary>
    private async ValueTask<Decision> RefuseAsync(string key, long cost, CancellationToken ct, TimeSpan? wait = null)
    {
        Decision seen = await port.PeekAsync(key, cost, ct).ConfigureAwait(false);
        return seen with { IsAllowed = false, Delay = TimeSpan.Zero, RetryAfter = wait ?? (seen.IsAllowed ? TimeSpan.FromMilliseconds(1) : seen.RetryAfter) };
    }

    private async ValueTask<TimeSpan> ForecastAsync(string key, LinkedListNode<Waiter> place, CancellationToken ct)
    {
        long[] costs;
        lock (_gate) costs = [.. place.List!.TakeWhile(w => w != place.Value).Select(w => w.Cost), place.Value.Cost];
        return await port.ForecastAsync(key, costs, ct).ConfigureAwait(false);
    }

    private static bool Exceeds(TimeSpan wait, TimeSpan limit) => wait == Timeout.InfiniteTimeSpan || wait > limit;

    private LinkedListNode<Waiter>? Join(string key, long cost)
    {
        lock (_gate)
        {
            if (_waiting >= maxWaiters) return null;
            if (!_lines.TryGetValue(key, out LinkedList<Waiter>? line)) _lines.Add(key, line = []);
            _waiting++;
            return line.AddLast(new Waiter(cost));
        }
    }

    private bool HasLine(string key)
    {
        lock (_gate) return _lines.ContainsKey(key);
    }

    private void Leave(string key, LinkedListNode<Waiter> place)
    {
        lock (_gate)
        {
            LinkedList<Waiter> line = place.List!;
            bool wasHead = line.First == place;
            line.Remove(place);
            _waiting--;
            if (line.First is null) _lines.Remove(key);
            else if (wasHead) line.First.Value.Alarm.Ring();
        }
    }

    private bool IsHead(LinkedListNode<Waiter> place)
    {
        lock (_gate) return place.List!.First == place;
    }

    private sealed class Waiter(long cost)
    {
        public long Cost { get; } = cost;

        public Alarm Alarm { get; private set; } = new();

        /// <summary>An alarm that has not rung, so that a ring from now on is not lost.</summary>
        public Alarm Reset(Lock gate)
        {
            lock (gate) return Alarm = new Alarm();
        }
    }
}
