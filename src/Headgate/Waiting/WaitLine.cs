namespace Headgate.Waiting;

/// <summary>Callers that wait for a limit, first come first served for each key.</summary>
/// <remarks>
/// Who is at the head asks the store, and if denied sleeps for exactly as long as it said; the others sleep until they are at the head.
/// Whoever leaves, admitted or not, wakes the next. So no permit is taken for a caller that has gone, and none is left lying.
/// </remarks>
internal sealed class WaitLine(IChargePort port, int maxWaiters)
{
    /// <summary>How long to look on when a turn comes at the last moment.</summary>
    private static readonly TimeSpan MomentOfGrace = TimeSpan.FromMilliseconds(1);

    /// <summary>Timers ring late, and a promise made in time must outlive that. Never added to what is answered up front.</summary>
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(50);

    /// <summary>Leaves room to add to it.</summary>
    private static readonly TimeSpan MostWait = TimeSpan.MaxValue / 2;

    /// <summary>Of a longer line only so many are played forward: a lower bound that costs each who joins the same, however many wait.</summary>
    private const int MostForecast = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedList<Waiter>> _lines = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Waits for a turn and for admission. A denial means that the wait would have been longer than allowed, or endless, or that too many wait.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; nothing is charged.</exception>
    public async ValueTask<Decision> WaitAsync(string key, long cost, TimeSpan? maxWait, CancellationToken ct)
    {
        (Decision decision, _) = await WaitAsync(key, cost, maxWait, LeaseId.None, default, ct).ConfigureAwait(false);
        return decision;
    }

    /// <summary>The same for a lease, which renews itself from admission on: the work may be held for longer than the lease time.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; nothing is charged or held.</exception>
    public async ValueTask<ConcurrencyLease> EnterAsync(string key, long cost, TimeSpan? maxWait, TimeSpan leaseTime, CancellationToken ct)
    {
        (_, ConcurrencyLease? lease) = await WaitAsync(key, cost, maxWait, LeaseId.Create(), leaseTime, ct).ConfigureAwait(false);
        return lease!;
    }

    /// <summary>Permits of a key may have come back before their time: whoever is at the head asks again.</summary>
    public void Wake(string key)
    {
        lock (_gate)
        {
            if (_lines.TryGetValue(key, out LinkedList<Waiter>? line)) line.First?.Value.Alarm.Ring();
        }
    }

    private async ValueTask<(Decision Decision, ConcurrencyLease? Lease)> WaitAsync(string key, long cost, TimeSpan? maxWait, LeaseId id,
        TimeSpan leaseTime, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        long start = port.Clock.GetTimestamp();
        string outcome = "cancelled";
        if (maxWait > MostWait) maxWait = MostWait;
        try
        {
            Decision decision = await StandAsync(key, cost, maxWait, id, start, ct).ConfigureAwait(false);
            ConcurrencyLease? lease = id == LeaseId.None ? null : new ConcurrencyLease(port, this, key, id, decision, leaseTime);
            if (decision.IsAllowed && decision.Delay > TimeSpan.Zero) await HoldAsync(key, cost, decision, lease, ct).ConfigureAwait(false);
            outcome = decision.IsAllowed ? "admitted" : "refused";
            return (decision, lease);
        }
        finally
        {
            Telemetry.RecordWait(port.Name, outcome, port.Clock.GetElapsedTime(start));
        }
    }

    private async ValueTask<Decision> StandAsync(string key, long cost, TimeSpan? maxWait, LeaseId lease, long start, CancellationToken ct)
    {
        // What can never be admitted is told so at once, whoever is in line.
        if (cost > port.MostCost) return await TakeAsync(key, cost, lease).ConfigureAwait(false);
        if (Join(key, cost) is not { } place)
        {
            if (maxWait is { } bound && await ForecastAsync(key, cost, null, ct).ConfigureAwait(false) is var time && Exceeds(time, bound))
                return await RefuseAsync(key, cost, ct, time).ConfigureAwait(false);
            // No room to wait: who need not wait is served all the same, unless others are in line.
            return HasLine(key)
                ? await RefuseAsync(key, cost, ct).ConfigureAwait(false)
                : await TakeAsync(key, cost, lease).ConfigureAwait(false);
        }

        try
        {
            Deadline? deadline = null;
            if (maxWait is { } limit)
            {
                TimeSpan wait = await ForecastAsync(key, cost, place, ct).ConfigureAwait(false);
                if (Exceeds(wait, limit)) return await RefuseAsync(key, cost, ct, wait).ConfigureAwait(false);
                deadline = new Deadline(port.Clock, start, limit, wait > TimeSpan.Zero ? Lateness : TimeSpan.Zero);
            }

            if (!await AdvanceAsync(key, deadline, place, ct).ConfigureAwait(false)) return await RefuseAsync(key, cost, ct).ConfigureAwait(false);
            return await AskAsync(key, cost, deadline, lease, place, ct).ConfigureAwait(false);
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
    private async ValueTask<bool> AdvanceAsync(string key, Deadline? deadline, LinkedListNode<Waiter> place, CancellationToken ct)
    {
        while (true)
        {
            Alarm alarm = place.Value.Reset(_gate);
            if (IsHead(place)) return true;
            if (deadline is not { } end)
            {
                await alarm.WaitAsync(ct).ConfigureAwait(false);
                continue;
            }

            TimeSpan left = end.Left();
            if (left <= TimeSpan.Zero)
            {
                if (!await MayStillComeAsync(key, end, place, ct).ConfigureAwait(false)) return false;
                Wake(key);
                left = MomentOfGrace;
            }

            await alarm.WaitAsync(left, port.Clock, ct).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// At the last moment: those ahead may be admitted at this very moment, and then this one's time has come too, or within a timer's lateness.
    /// </summary>
    private async ValueTask<bool> MayStillComeAsync(string key, Deadline end, LinkedListNode<Waiter> place, CancellationToken ct)
    {
        (Waiter head, int asks) = HeadOf(place);
        ReadOnlyMemory<long> costs = CostsUpTo(key, place.Value.Cost, place);
        // The forecast first: seen later, permits that come back meanwhile would make a refusal of what is there.
        TimeSpan wait = await port.ForecastAsync(key, costs, ct).ConfigureAwait(false);
        Decision all = await port.PeekAsync(key, Sum(costs.Span), ct).ConfigureAwait(false);
        bool isSettled = asks % 2 == 0 && HeadOf(place) == (head, asks);
        if (all.IsAllowed || !isSettled || head == place.Value) return true;
        // A forecast of zero and a denial: held permits, which come back nobody knows when.
        return wait > TimeSpan.Zero && !Exceeds(wait, end.LeftWithGrace());
    }

    private async ValueTask<Decision> AskAsync(string key, long cost, Deadline? deadline, LeaseId lease, LinkedListNode<Waiter> place, CancellationToken ct)
    {
        while (true)
        {
            Alarm alarm = place.Value.Reset(_gate);
            if (deadline is { } end)
            {
                // What can be had now is taken however late it is: to come to the head and be denied what is there helps nobody.
                TimeSpan wait = await port.ForecastAsync(key, new[] { cost }, ct).ConfigureAwait(false);
                if (wait != TimeSpan.Zero && Exceeds(wait, end.LeftWithGrace())) return await RefuseAsync(key, cost, ct, wait).ConfigureAwait(false);
            }

            ct.ThrowIfCancellationRequested();
            place.Value.Asks++;
            Decision decision = await TakeAsync(key, cost, lease).ConfigureAwait(false);
            if (decision.IsAllowed || decision.RetryAfter == Timeout.InfiniteTimeSpan) return decision;
            place.Value.Asks++;

            TimeSpan sleep = decision.RetryAfter < port.MostSleep ? decision.RetryAfter : port.MostSleep;
            if (deadline is { } last && sleep > last.LeftWithGrace())
            {
                sleep = last.Left();
                if (sleep <= TimeSpan.Zero) return decision;
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
    private async ValueTask HoldAsync(string key, long cost, Decision decision, ConcurrencyLease? lease, CancellationToken ct)
    {
        long start = port.Clock.GetTimestamp();
        try
        {
            for (TimeSpan left = decision.Delay; left > TimeSpan.Zero; left = decision.Delay - port.Clock.GetElapsedTime(start))
                await new Alarm().WaitAsync(left, port.Clock, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            try
            {
                await port.RefundAsync(key, decision, cost, CancellationToken.None).ConfigureAwait(false);
            }
            finally
            {
                if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
            }

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

    private ValueTask<TimeSpan> ForecastAsync(string key, long cost, LinkedListNode<Waiter>? place, CancellationToken ct) =>
        port.ForecastAsync(key, CostsUpTo(key, cost, place), ct);

    /// <summary>The costs of those ahead and this one's, or of the first in line only if they are very many. Without a place: as if last.</summary>
    private ReadOnlyMemory<long> CostsUpTo(string key, long cost, LinkedListNode<Waiter>? place)
    {
        int size = 1;
        lock (_gate)
        {
            if (_lines.TryGetValue(key, out LinkedList<Waiter>? line)) size = Math.Min(line.Count + 1, MostForecast);
        }

        // Made outside the lock, where others would wait for it. Meanwhile those ahead can only become fewer.
        long[] costs = new long[size];
        int count = 0;
        lock (_gate)
        {
            LinkedListNode<Waiter>? next = _lines.GetValueOrDefault(key)?.First;
            for (; next is not null && next != place && count < size; next = next.Next) costs[count++] = next.Value.Cost;
        }

        if (count < size) costs[count++] = cost;
        return costs.AsMemory(0, count);
    }

    private (Waiter Head, int Asks) HeadOf(LinkedListNode<Waiter> place)
    {
        lock (_gate) return (place.List!.First!.Value, place.List.First.Value.Asks);
    }

    private static long Sum(ReadOnlySpan<long> costs)
    {
        long sum = 0;
        foreach (long cost in costs) sum = cost > long.MaxValue - sum ? long.MaxValue : sum + cost;
        return sum;
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
}
