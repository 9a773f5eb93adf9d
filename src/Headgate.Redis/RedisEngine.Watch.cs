using Headgate.Redis.Calls;
using Headgate.Redis.Diagnostics;
using Headgate.Redis.Keys;
using Headgate.Redis.Protocol;
using Headgate.Redis.Resilience;
using StackExchange.Redis;

namespace Headgate.Redis;

/// <summary>Lanes, their breakers, and looking for a Redis that is away.</summary>
internal sealed partial class RedisEngine
{
    /// <summary>How often a Redis that is away is looked for: well within a second of its return.</summary>
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(100);

    /// <summary>A connection that was cut is often back at once.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a question stays open until another connection is tried: much longer than Redis takes that was busy for a moment.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a question to one server of a cluster stays open until its slots are asked for anew.</summary>
    private static readonly TimeSpan ClusterPatience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan StandInPause = TimeSpan.FromSeconds(1);

    /// <summary>Refusals are said once in so long, however many calls they hit.</summary>
    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(10);

    private long _openLogged;
    private long _refusalLogged;
    private long _lateLogged;
    private int _returning;

    private Watch WatchOf(int slot) => _watches[slot * ClusterLanes / HashSlot.Count];

    private bool MayLog(ref long last)
    {
        long now = _clock.GetTimestamp();
        long before = Volatile.Read(ref last);
        return (before == 0 || _clock.GetElapsedTime(before, now) > LogPause) && Interlocked.CompareExchange(ref last, now, before) == before;
    }

    private void Refused(Exception failure)
    {
        _lastError = Failures.Explain(failure);
        if (failure.Message.StartsWith("CROSSSLOT", StringComparison.Ordinal)) _connection.Refresh();
        if (MayLog(ref _refusalLogged)) RedisLog.CallRefused(_options.Logger, _options.FailureMode, _lastError, failure);
    }

    /// <summary>Asks until Redis answers, and closes the breaker then.</summary>
    private async Task ProbeAsync(Watch watch)
    {
        long since = _clock.GetTimestamp();
        // In a cluster many may open at once, and where Redis is slower than the time-out one may open again and again: it is said once.
        bool isSaid = MayLog(ref _openLogged);
        Reporting.Try(() =>
        {
            if (isSaid) RedisLog.BreakerOpened(_options.Logger, _options.FailureMode, _lastError ?? "");
            RedisTelemetry.BreakerChanges.Add(1, new KeyValuePair<string, object?>("state", "open"));
        });
        Task<bool>? asked = null, fresh = null;
        long askedAt = 0;
        int generation = 0;
        for (int attempt = 0; !_disposed; attempt++)
        {
            // One question stays open: a Redis that hangs finds it when it goes on, and more would only pile up.
            // In a cluster the one that is asked may be another by now, which a question that stays open does not find.
            if (asked is null || generation != _connection.Generation || (_connection.IsCluster && _clock.GetElapsedTime(askedAt) > ClusterPatience))
                (asked, askedAt, generation) = (AskAsync(watch.ProbeKey), _clock.GetTimestamp(), _connection.Generation);
            // Redis may be there all the same, over another connection than one that is lost or fell silent.
            if (attempt > 0 && (!_connection.IsConnected || _clock.GetElapsedTime(askedAt) > Silence)) fresh ??= ReplaceAsync(watch.ProbeKey);
            Task pause = Task.Delay(attempt == 0 ? FirstPause : ProbePause, _clock);
            await Task.WhenAny(asked, pause, fresh ?? pause).ConfigureAwait(false);
            if (asked.IsCompleted && await asked.ConfigureAwait(false))
            {
                TimeSpan took = _clock.GetElapsedTime(askedAt);
                if (took <= _options.Timeout) break;
                // It is there; whether it answers in time the next question tells.
                _lastError = Failures.Slow(took, _options.Timeout);
            }

            if (asked.IsCompleted) asked = null;
            await Task.WhenAny(pause, fresh ?? pause).ConfigureAwait(false);
            bool replaced = fresh is { IsCompleted: true } && await fresh.ConfigureAwait(false);
            if (fresh is { IsCompleted: true }) fresh = null;
            if (!replaced) await pause.ConfigureAwait(false);
        }

        if (_disposed) return;
        _connection.Refresh();
        _lastError = null;
        watch.Breaker.Heard(_clock.GetTimestamp());
        watch.Breaker.Close();
        Reporting.Try(() =>
        {
            RedisTelemetry.BreakerChanges.Add(1, new KeyValuePair<string, object?>("state", "closed"));
            if (isSaid) RedisLog.BreakerClosed(_options.Logger, _clock.GetElapsedTime(since).TotalSeconds);
        });
    }

    private Task<bool> AskAsync(RedisKey key) => AskAsync(null, key);

    /// <summary>True if Redis ran the script, which it then knows, on the server of this key; over the connection in use unless told otherwise.</summary>
    private async Task<bool> AskAsync(IDatabase? database, RedisKey key)
    {
        try
        {
            await RunScriptAsync(database, [key], [EmptyRequest]).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            if (e is not Lost || _lastError is null) _lastError = Failures.Explain(e);
            return false;
        }
    }

    private async Task<bool> ReplaceAsync(RedisKey probeKey)
    {
        bool replaced;
        try
        {
            replaced = await _connection.TryReplaceAsync(database => AskAsync(database, probeKey)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // It knows more than that the old connection is lost: a refused password, a Redis that is loading.
            if (!_connection.IsConnected) _lastError = Failures.Explain(e);
            return false;
        }

        if (!replaced || !_connection.HasStandIn) return replaced;
        Reporting.Try(() => RedisLog.StandInTaken(_options.Logger));
        if (Interlocked.Exchange(ref _returning, 1) == 0) _ = ReturnAsync(probeKey);
        return true;
    }

    /// <summary>Waits for the application's own connection.</summary>
    private async Task ReturnAsync(RedisKey probeKey)
    {
        while (!_disposed && !await _connection.TryReturnAsync(database => AskAsync(database, probeKey)).ConfigureAwait(false))
            await Task.Delay(StandInPause, _clock).ConfigureAwait(false);
        Volatile.Write(ref _returning, 0);
        if (!_disposed) Reporting.Try(() => RedisLog.StandInClosed(_options.Logger));
    }

    /// <summary>A request without decisions.</summary>
    private static byte[] EmptyRequest { get; } = Empty();

    private static byte[] Empty()
    {
        RequestWriter writer = new();
        writer.Number(Request.ServerTime);
        writer.Byte(1);
        writer.Byte(0);
        writer.Short(0);
        return writer.Written.ToArray();
    }

    /// <summary>A lane with its breaker; made when it is first used.</summary>
    private sealed class Watch : ILaneOwner
    {
        private readonly RedisEngine _engine;
        private readonly Lazy<Lane> _lane;
        private readonly Lazy<RedisKey> _probeKey;

        public Watch(RedisEngine engine, int index)
        {
            _engine = engine;
            Index = index;
            Breaker = new Breaker(_ => Opened());
            _lane = new Lazy<Lane>(() => new Lane(
                new LaneOptions(engine._options.MaxCallsInFlight, engine._options.MaxDecisionsPerCall, engine._options.MergeCharges,
                    () => engine._connection.IsCluster, engine._options.Timeout, engine._clock),
                new Request(engine._keys, engine._options.ScriptTime), this));
            _probeKey = new Lazy<RedisKey>(() => engine._keys.ProbeKey(slot => slot * ClusterLanes / HashSlot.Count == index));
        }

        public int Index { get; }

        public Breaker Breaker { get; }

        public Lane Lane => _lane.Value;

        public RedisKey ProbeKey => _probeKey.Value;

        public Task<byte[]> SendAsync(RedisKey[] keys, RedisValue[] values) => _engine.RunScriptAsync(keys, values);

        public void OnCompleted(Batch batch, Reply? reply, Exception? failure, bool inTime) => _engine.OnCompleted(this, batch, reply, failure, inTime);

        public void OnTimeout(long since) => _engine.OnTimeout(this, since);

        public bool MayHaveRun(Exception failure) => Failures.MayHaveRun(failure);

        public void Abandon(Row row) => _engine.Abandon(row);

        public void Stop()
        {
            if (_lane.IsValueCreated) _lane.Value.Stop();
        }

        private void Opened()
        {
            // Who has not left yet need not wait for his time to be over.
            if (_lane.IsValueCreated) _lane.Value.Clear();
            _ = _engine.ProbeAsync(this);
        }
    }
}
