using Headgate.Redis.Calls;
using Headgate.Redis.Diagnostics;
using Headgate.Redis.Keys;
using Headgate.Redis.Limits;
using Headgate.Redis.Protocol;
using Headgate.Redis.Resilience;
using Headgate.Redis.Scripts;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>What the store is made of: lanes to Redis with a circuit breaker each, the deny cache, and the failure modes.</summary>
internal sealed partial class RedisEngine : IDecisionSource, IAsyncDisposable
{
    /// <summary>In a cluster a lane serves 256 neighbouring slots, so that a server that hangs holds up its own callers alone.</summary>
    private const int ClusterLanes = 64;

    private readonly RedisStoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly Connection _connection;
    private readonly KeySpace _keys;
    private readonly RedisPlan.Cache _plans = new();
    private readonly LocalFallback _local;
    private readonly DenyCache? _denied;
    private readonly Watch[] _watches;
    private readonly Leftovers _leftovers;
    private readonly Receipts _receipts = new();
    private volatile bool _disposed;
    private string? _lastError;

    public RedisEngine(IConnectionMultiplexer connection, bool owns, RedisStoreOptions options)
    {
        OptionChecks.Check(options);
        _options = options;
        _clock = options.TimeProvider ?? TimeProvider.System;
        _keys = new KeySpace(options.KeyPrefix, options.ReadableKeys);
        _local = new LocalFallback(options.LocalShare, _clock);
        _denied = options.DenyCacheSize == 0 || options.ScriptTime is not null ? null : new DenyCache(options.DenyCacheSize, options.DenyCacheTime, _clock);
        _connection = new Connection(connection, owns, options.Database, options.Timeout, _clock);
        _leftovers = new Leftovers(
            (items, lease) => ChangeLeaseAsync(items, lease, Operation.Release, CancellationToken.None), ProbePause, _clock);
        _watches = new Watch[ClusterLanes];
        for (int i = 0; i < ClusterLanes; i++) _watches[i] = new Watch(this, i);
        // An application's connection is there before the store: the first caller need not wait until Redis knows the script.
        if (!owns && connection.IsConnected) _ = WarmUpAsync(options.Timeout);
    }

    public ValueTask<Decision> AcquireAsync(in Charge charge, FailureMode mode, CancellationToken ct)
    {
        ChargeItem.Check(charge);
        return AcquireAsync(_plans.Get(charge.Namespace, charge.Limit), charge.Key, charge.Cost, mode, ct);
    }

    /// <summary>The way of most calls. The key is there and the cost is not negative.</summary>
    public ValueTask<Decision> AcquireAsync(RedisPlan plan, string key, long cost, FailureMode mode, CancellationToken ct)
    {
        long now = _clock.GetTimestamp();
        if (_denied is not null && _denied.TryDeny(plan, key, cost, now, out Decision denial))
        {
            RedisTelemetry.DenyCacheHits.Add(1);
            return new(denial);
        }

        return Submit(plan, key, cost, null, default, CallMode.Acquire, LeaseId.None, mode, now, ct);
    }

    public RedisPlan PlanOf(string? ns, Limit limit) => _plans.Get(ns, limit);

    public ValueTask<Decision> DecideAsync(ReadOnlyMemory<Charge> charges, CallMode kind, LeaseId lease, FailureMode mode, CancellationToken ct)
    {
        if (charges.Length == 1)
        {
            Charge charge = charges.Span[0];
            if (kind == CallMode.Acquire) return AcquireAsync(charge, mode, ct);
            ChargeItem.Check(charge);
            return Submit(_plans.Get(charge.Namespace, charge.Limit), charge.Key, charge.Cost, null, charges, kind, lease, mode, _clock.GetTimestamp(), ct);
        }

        ChargeItem[] items = ChargeItem.Expand(charges.Span, _plans);
        if (_connection.IsCluster && SlotsOf(items).Length > 1) return DecideAcrossSlotsAsync(charges, items, kind, lease, mode, ct);
        return Submit(null, "", 0, items, charges, kind, lease, mode, _clock.GetTimestamp(), ct);
    }

    private ValueTask<Decision> Submit(RedisPlan? plan, string key, long cost, ChargeItem[]? items, ReadOnlyMemory<Charge> charges, CallMode kind,
        LeaseId lease, FailureMode mode, long now, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(RedisStore));
        if (ct.IsCancellationRequested) return ValueTask.FromCanceled<Decision>(ct);
        int slot = 0;
        if (_connection.IsCluster) slot = plan is null ? SlotOf(items![0]) : SlotOf(new(plan.Bindings[0], key, 0));
        Watch watch = WatchOf(slot);
        if (watch.Breaker.IsOpen) return new(FallBack(mode, charges.IsEmpty ? [ChargeOf(plan!, key, cost)] : charges.Span, IsPeek(kind), lease));

        Call call = Call.Rent(this, plan, key, cost, items, kind, lease, mode, now);
        call.Slot = slot;
        call.Charges = charges;
        ValueTask<Decision> answer = call.AsTask();
        call.CancelWith(ct);
        watch.Lane.Submit(call);
        return answer;
    }

    /// <summary>On the caller's own thread: the figures of his decision.</summary>
    Decision IDecisionSource.Decide(Call call, in Answer answer)
    {
        if (answer.Reply is not { } reply) return FallBack(call);
        ReplyReader reader = new(reply.Bytes.AsSpan(answer.Offset));
        if (call.Plan is { Bindings: [{ IsShadow: false } only] } && !IsPeek(call.Mode))
        {
            only.Read(ref reader, out View view);
            Decision single = Judgement.Single(only, ref view, reply.Now, call.Cost, answer.Place, answer.Admitted);
            if (!single.IsAllowed) _denied?.Add(call, new ReadOnlySpan<View>(in view), reply, single);
            return single;
        }

        ChargeItem[] items = call.Items ?? ChargeItem.Expand(call.Plan!, call.Key, call.Cost);
        View[] views = new View[items.Length];
        long[] nows = new long[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            items[i].Binding.Read(ref reader, out views[i]);
            nows[i] = reply.Now;
        }

        Decision decision = Judgement.List(items, views, nows, answer.Place, answer.Admitted, !IsPeek(call.Mode));
        if (!decision.IsAllowed && call.Plan is not null && !IsPeek(call.Mode)) _denied?.Add(call, views, reply, decision);
        return decision;
    }

    private Decision FallBack(Call call) => call.Charges.IsEmpty
        ? FallBack(call.OnFailure, [ChargeOf(call.Plan!, call.Key, call.Cost)], IsPeek(call.Mode), call.Lease)
        : FallBack(call.OnFailure, call.Charges.Span, IsPeek(call.Mode), call.Lease);

    private static Charge ChargeOf(RedisPlan plan, string key, long cost) => new(key, plan.Limit, cost) { Namespace = plan.Namespace };

    private Decision FallBack(FailureMode mode, ReadOnlySpan<Charge> charges, bool peek, LeaseId lease)
    {
        RedisTelemetry.RecordFallback(mode);
        return _local.Decide(mode, charges, peek, lease);
    }

    /// <summary>Runs the script, giving it to Redis first where Redis does not know it: then nothing was executed.</summary>
    private Task<byte[]> RunScriptAsync(RedisKey[] keys, RedisValue[] values) => RunScriptAsync(null, keys, values);

    /// <summary>The same, over the connection in use unless told otherwise.</summary>
    private async Task<byte[]> RunScriptAsync(IDatabase? database, RedisKey[] keys, RedisValue[] values)
    {
        Wire? wire = database is null ? _connection.Enter() : null;
        database ??= wire!.Database;
        try
        {
            try
            {
                return (byte[])await database.ScriptEvaluateAsync(Script.Sha, keys, values).ConfigureAwait(false);
            }
            catch (RedisServerException e) when (Failures.IsNoScript(e))
            {
                RedisTelemetry.ScriptLoads.Add(1);
            }

            // Twice: somebody may flush the scripts again, and the client notices only by another refusal.
            try
            {
                return (byte[])await database.ScriptEvaluateAsync(Script.Text, keys, values).ConfigureAwait(false);
            }
            catch (RedisServerException e) when (Failures.IsNoScript(e))
            {
                return (byte[])await database.ScriptEvaluateAsync(Script.Text, keys, values).ConfigureAwait(false);
            }
        }
        finally
        {
            wire?.Leave();
        }
    }

    private void OnCompleted(Watch watch, Batch batch, Reply? reply, Exception? failure, bool inTime)
    {
        long now = _clock.GetTimestamp();
        string outcome = reply is null ? "refused" : inTime ? "answered" : "timed_out";
        if (failure is null || Failures.IsAnswer(failure))
        {
            watch.Breaker.Heard(now);
            if (failure is not null) Refused(failure);
            else if (inTime && _lastError is not null) _lastError = null;
        }
        else
        {
            outcome = "failed";
            if (failure is not Lost || _lastError is null) _lastError = Failures.Explain(failure);
            _connection.Refresh();
            // One that was given up before has opened it then, or nothing has to: it may have gone over a connection that was replaced.
            if (inTime) watch.Breaker.Open();
        }

        if (RedisTelemetry.CallDuration.Enabled || RedisTelemetry.MergedCharges.Enabled)
            RedisTelemetry.RecordCall(outcome, _clock.GetElapsedTime(batch.Oldest, now), batch.Rows.Length, batch.Callers);
    }

    private void OnTimeout(Watch watch, long since)
    {
        _lastError = Failures.Explain(new TimeoutException());
        watch.Breaker.TimedOut(since);
        if (!watch.Breaker.IsOpen && MayLog(ref _lateLogged)) RedisLog.CallsLate(_options.Logger, _options.FailureMode);
    }

    private void Abandon(Row row) => _leftovers.Add(row.Items ?? ChargeItem.Expand(row.Plan!, row.Key, row.Cost), row.Lease);

    private static bool IsPeek(CallMode kind) => kind is CallMode.Peek or CallMode.Look;

    private int SlotOf(in ChargeItem item) => HashSlot.Of(_keys.KeyOf(item.Binding, item.Key));

    private int[] SlotsOf(ChargeItem[] items) => [.. items.Select(item => SlotOf(item)).Distinct()];

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (Watch watch in _watches) watch.Stop();
        await _connection.DisposeAsync().ConfigureAwait(false);
        _local.Dispose();
    }
}
