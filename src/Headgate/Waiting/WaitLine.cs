namespace Headgate.Waiting;

/// <summary>Callers that wait for a limit, first come first served for each key.</summary>
/// <remarks>
/// Who is at the head asks the store, and if denied sleeps for exactly as long as it said; the others sleep until they are at the head.
/// Whoever leaves, admitted or not, wakes the next. So no permit is taken for a caller that has gone, and none is left lying.
/// </remarks>
internal sealed class WaitLine(StorePort port, int maxWaiters)
{
    /// <summary>How long to look on when a turn comes at the last moment.</summary>
    private static readonly TimeSpan MomentOfGrace = TimeSpan.FromMilliseconds(1);

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
            if (decision.IsAllowed && decision.Delay > TimeSpan.Zero) await HoldAsync(key, cost, decision, lease, ct).ConfigureAwait(false);
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
        // What can never be admitted is told so at once, whoever is in line.
        if (cost > port.MostCost) return await TakeAsync(key, cost, lease).ConfigureAwait(false);
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
            if (!await AdvanceAsync(key, maxWait, start, place, ct).ConfigureAwait(false)) return await RefuseAsync(key, cost, ct).ConfigureAwait(false);
            return await AskAsync(key, cost, maxWait, lease, start, place, ct).ConfigureAwait(false);
        }
        finally
        {
            Leave(key, place);
        }
    }

    /// <summary>
    /// Waits until at the head; false if that takes longer than allowed after all: others charged out of line, or hold permits for longer
    /// than a forecast can know.
    /// </summary>
    private async ValueTask<bool> AdvanceAsync(string key, TimeSpan? maxWait, long start, LinkedListNode<Waiter> place, CancellationToken ct)
    {
        while (true)
        {
            Alarm alarm = place.Value.Reset(_gate);
            if (IsHead(place)) return true;
            if (maxWait is not { } most)
            {
                await alarm.WaitAsync(ct).ConfigureAwait(false);
                continue;
            }

            TimeSpan left = most - port.Clock.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                // Those ahead may be admitted at this very moment, and then this one's time has come too.
                Decision all = await port.PeekAsync(key, Sum(CostsUpTo(place)), ct).ConfigureAwait(false);
                if (!all.IsAllowed) return false;
                Wake(key);
                left = MomentOfGrace;
            }

            await alarm.WaitAsync(left, port.Clock, ct).ConfigureAwait(false);
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

            using CancellationTokenRegistration gone = port.StoreDisposed.UnsafeRegister(static a => ((Alarm)a!).Ring(), alarm);
            await alarm.WaitAsync(sleep, port.Clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Not cancelled once under way: a charge whose answer is thrown away would be lost.</summary>
    private ValueTask<Decision> TakeAsync(string key, long cost, LeaseId lease) => lease == LeaseId.None
        ? port.AcquireAsync(key, cost, CancellationToken.None)
        : port.EnterAsync(key, cost, lease, CancellationToken.None);

    /// <summary>Holds admitted work until it may go; if that is cancelled the work never ran, and its permits go back.</summary>
    private async ValueTask HoldAsync(string key, long cost, Decision decision, LeaseId lease, CancellationToken ct)
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
            if (lease != LeaseId.None) await port.ReleaseAsync(key, lease, decision.Source).ConfigureAwait(false);
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

    private async ValueTask<TimeSpan> ForecastAsync(string key, LinkedListNode<Waiter> place, CancellationToken ct) =>
        await port.ForecastAsync(key, CostsUpTo(place), ct).ConfigureAwait(false);

    private long[] CostsUpTo(LinkedListNode<Waiter> place)
    {
        lock (_gate) return [.. place.List!.TakeWhile(w => w != place.Value).Select(w => w.Cost), place.Value.Cost];
    }

    private static long Sum(long[] costs) => costs.Aggregate(0L, static (sum, cost) => cost > long.MaxValue - sum ? long.MaxValue : sum + cost);

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
