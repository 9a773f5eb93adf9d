using Headgate.Redis.Calls;
using Headgate.Redis.Limits;
using Headgate.Redis.Resilience;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>What is done with charges that were made, and with leases.</summary>
internal sealed partial class RedisEngine
{
    public async ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct)
    {
        if (!decision.IsAllowed) return;
        if (decision.Source == DecisionSource.FailLocal) await _local.Store.RefundAsync(_local.Shares(charges.Span), decision, ct).ConfigureAwait(false);
        if (decision.Source != DecisionSource.Store) return;
        ChargeItem[] items = ChargeItem.Expand(charges.Span, _plans);
        Forget(items);
        // Which shadow limits were charged is not known where one denied, and none is better than too much.
        if (decision.ShadowDeniedBy is not null) items = [.. items.Where(item => !item.Binding.IsShadow)];
        await RunForEachSlotAsync(items, Operation.Refund, decision.DecidedAtMicros, LeaseId.None, ct, _receipts.Take(items, decision)).ConfigureAwait(false);
        Forget(items);
    }

    public async ValueTask ResetAsync(Charge charge, CancellationToken ct)
    {
        ChargeItem[] items = ChargeItem.Expand([charge], _plans);
        if (_local.IsUsed) await _local.Store.ResetAsync(_local.Shares([charge])[0], ct).ConfigureAwait(false);
        List<RedisKey> keys = [];
        foreach (ChargeItem item in items)
        {
            keys.Add(_keys.KeyOf(item.Binding, item.Key));
            if (item.Binding.Keys > 1) keys.Add(_keys.KeyOf(item.Binding, item.Key, second: true));
        }

        await GuardAsync(() => DeleteAsync([.. keys]), SlotOf(items[0]), ct).ConfigureAwait(false);
        Forget(items);
    }

    private async Task<long> DeleteAsync(RedisKey[] keys)
    {
        Wire wire = _connection.Enter();
        try
        {
            return await wire.Database.KeyDeleteAsync(keys).ConfigureAwait(false);
        }
        finally
        {
            wire.Leave();
        }
    }

    public async ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct)
    {
        if (_local.IsUsed && await _local.Store.RenewAsync(_local.Shares(charges.Span), lease, ct).ConfigureAwait(false)) return true;
        return await ChangeLeaseAsync(ChargeItem.Expand(charges.Span, _plans), lease, Operation.Renew, ct).ConfigureAwait(false);
    }

    public async ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct)
    {
        if (_local.IsUsed && await _local.Store.ReleaseAsync(_local.Shares(charges.Span), lease, ct).ConfigureAwait(false)) return true;
        ChargeItem[] items = ChargeItem.Expand(charges.Span, _plans);
        try
        {
            return await ChangeLeaseAsync(items, lease, Operation.Release, ct).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // The holder has gone and will not ask again; his permits need not wait for the lease time.
            _leftovers.Add(items, lease);
            throw;
        }
    }

    /// <summary>
    /// Renew: true if all enforced limits still held the lease. Release: true if any did. A shadow limit that denied the lease holds nothing of
    /// it, and must not end it; where only shadows hold permits a renewal never fails, and a release counts theirs.
    /// </summary>
    private async Task<bool> ChangeLeaseAsync(ChargeItem[] items, LeaseId lease, int operation, CancellationToken ct)
    {
        ChargeItem[] held = [.. items.Where(item => item.Binding.Local.HoldsPermits)];
        if (held.Length == 0) return false;
        bool[] done = await RunForEachSlotAsync(held, operation, 0, lease, ct).ConfigureAwait(false);
        bool enforces = held.Any(item => !item.Binding.IsShadow);
        var enforced = held.Zip(done).Where(pair => !pair.First.Binding.IsShadow || !enforces).Select(pair => pair.Second);
        if (operation == Operation.Release) return enforced.Any(one => one);
        return !enforces || enforced.All(one => one);
    }

    /// <param name="items">The list.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="chargedAt">A refund: when the charges were made.</param>
    /// <param name="lease">Renew, release: whose.</param>
    /// <param name="ct">Cancels waiting.</param>
    /// <param name="times">A refund of a list that spans slots: when each was charged by its own server's clock; null where that is not known.</param>
    private async Task<bool[]> RunForEachSlotAsync(ChargeItem[] items, int operation, long chargedAt, LeaseId lease, CancellationToken ct,
        IReadOnlyDictionary<(string, string), long>? times = null)
    {
        bool[] done = new bool[items.Length];
        foreach (int[] places in Groups(items))
        {
            ChargeItem[] group = [.. places.Select(place => items[place])];
            (RedisKey[] keys, RedisValue[] values) = new Request(_keys, _options.ScriptTime)
                .Afterwards(operation, group, times is not null && times.TryGetValue(Receipts.NameOf(group[0]), out long own) ? own : chargedAt, lease);
            byte[] answers = await GuardAsync(() => RunScriptAsync(keys, values), SlotOf(group[0]), ct).ConfigureAwait(false);
            for (int i = 0; i < places.Length; i++) done[places[i]] = answers[i] != 0;
        }

        return done;
    }

    /// <summary>The places of the items that one call may name: all of them, or in a cluster those of one slot.</summary>
    private int[][] Groups(ChargeItem[] items)
    {
        if (items.Length == 0) return [];
        if (!_connection.IsCluster) return [[.. Enumerable.Range(0, items.Length)]];
        return [.. Enumerable.Range(0, items.Length).GroupBy(place => SlotOf(items[place])).Select(group => group.ToArray())];
    }

    /// <summary>A call of its own, within the time-out: from now on, or from when its caller came.</summary>
    /// <exception cref="StoreUnavailableException">Redis did not answer, or refused.</exception>
    private async Task<T> GuardAsync<T>(Func<Task<T>> ask, int slot, CancellationToken ct, long? since = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(RedisStore));
        Watch watch = WatchOf(_connection.IsCluster ? slot : 0);
        if (watch.Breaker.IsOpen) throw new StoreUnavailableException(_lastError ?? Failures.Explain(Lost.Instance));
        long start = _clock.GetTimestamp();
        TimeSpan left = _options.Timeout - _clock.GetElapsedTime(since ?? start, start);
        try
        {
            if (left <= TimeSpan.Zero) throw new TimeoutException();
            T answer = await ask().WaitAsync(left, _clock, ct).ConfigureAwait(false);
            watch.Breaker.Heard(_clock.GetTimestamp());
            _lastError = null;
            return answer;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !(e is OperationCanceledException && ct.IsCancellationRequested))
        {
            _lastError = Failures.Explain(e);
            // What others have left of the time may be too little for a Redis that is well.
            if (e is TimeoutException && left > _options.Timeout / 2) watch.Breaker.TimedOut(start);
            else if (e is not TimeoutException && !Failures.IsAnswer(e)) watch.Breaker.Open();
            throw new StoreUnavailableException(_lastError, e);
        }
    }

    private void Forget(ChargeItem[] items)
    {
        if (_denied is null) return;
        foreach (ChargeItem item in items) _denied.Forget(item.Key);
    }
}
