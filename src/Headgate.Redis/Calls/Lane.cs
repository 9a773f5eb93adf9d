using Headgate.Redis.Diagnostics;
using Headgate.Redis.Limits;
using StackExchange.Redis;

namespace Headgate.Redis.Calls;

/// <summary>
/// A way to one Redis: callers line up, and each request takes along as many as have come since the last one left. So a caller who is alone
/// goes at once, and under load a request carries many decisions, and many charges of one key as one. Nobody waits for company.
/// </summary>
/// <remarks>
/// First come first served: requests leave in order on one connection, and in a request callers stand as they came. At most
/// <see cref="LaneOptions.MaxInFlight"/> requests are on their way; whoever frees a place sends the next. One lock, held for the line alone:
/// requests are written and sent outside of it, by one thread at a time.
/// </remarks>
internal sealed class Lane
{
    /// <summary>Callers that may wait for a place in a request; one more is answered by the failure mode at once.</summary>
    private const int MaxWaiting = 100_000;

    private readonly Lock _gate = new();
    private readonly Queue<Call> _line = new();
    private readonly List<Batch> _sent = [];
    private readonly Dictionary<string, int> _rowOfKey = new(StringComparer.Ordinal);
    private readonly Row[] _rows;
    private readonly LaneOptions _options;
    private readonly ILaneOwner _owner;
    private readonly Request _request;
    private readonly long _timeout;
    private readonly ITimer _alarm;
    private bool _isSending;
    private bool _isArmed;
    private bool _stopped;

    public Lane(LaneOptions options, Request request, ILaneOwner owner)
    {
        _options = options;
        _request = request;
        _owner = owner;
        _rows = new Row[options.MaxDecisions];
        _timeout = (long)(options.Timeout.TotalSeconds * options.Clock.TimestampFrequency);
        _alarm = options.Clock.CreateTimer(static lane => ((Lane)lane!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Takes a caller in, who will be answered within the time-out.</summary>
    public void Submit(Call call)
    {
        bool full = false;
        lock (_gate)
        {
            full = _line.Count == MaxWaiting || _stopped;
            if (!full)
            {
                _line.Enqueue(call);
                if (!_isArmed) Arm(call.Arrived, call.Arrived);
                if (_isSending || !MaySend()) return;
                _isSending = true;
            }
        }

        if (full) Refuse([call]);
        else Send();
    }

    /// <summary>Answers all who have not left yet, by their failure modes: Redis is not there.</summary>
    public void Clear()
    {
        Call[] waiting;
        lock (_gate)
        {
            waiting = [.. _line];
            _line.Clear();
        }

        Refuse(waiting);
    }

    /// <summary>Answers everybody, those whose request is on its way too, and takes in nobody any more: nobody looks at the clock for them.</summary>
    public void Stop()
    {
        Batch[] sent;
        lock (_gate)
        {
            _stopped = true;
            sent = [.. _sent];
            _sent.Clear();
        }

        _alarm.Dispose();
        foreach (Batch batch in sent) batch.Complete(null, _owner.Abandon, inPool: true);
        Clear();
    }

    /// <summary>Sends requests until nobody is in line or no more may be on their way. By one thread at a time.</summary>
    private void Send()
    {
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                if (!MaySend())
                {
                    _isSending = false;
                    return;
                }

                int rows = LineUp();
                if (rows == 0) continue;
                batch = new Batch(_rows.AsSpan(0, rows));
                Array.Clear(_rows, 0, rows);
                _sent.Add(batch);
            }

            _request.Clear();
            foreach (Row row in batch.Rows) row.Write(_request);
            (RedisKey[] keys, RedisValue[] values) = _request.Finish();
            _ = RunAsync(batch, keys, values);
        }
    }

    /// <summary>
    /// With nothing on its way whoever is there goes at once. While something is, half as many must have come as left the last time: in a crowd
    /// that is soon, and keeps requests from shrinking to one caller each; and the next answer lets everybody go.
    /// </summary>
    private bool MaySend()
    {
        if (_line.Count == 0 || _sent.Count >= _options.MaxInFlight) return false;
        return _sent.Count == 0 || _line.Count * 2 >= _sent[^1].Callers;
    }

    /// <summary>Forms rows of those at the head of the line, until a request is full.</summary>
    private int LineUp()
    {
        int rows = 0, limits = 0, slot = -1;
        RedisPlan? plan = null;
        bool oneSlot = _options.OneSlot();
        _rowOfKey.Clear();
        while (_line.TryPeek(out Call? call))
        {
            // Who has gone before anything was sent is charged nothing.
            if (call.IsGone)
            {
                _line.Dequeue();
                continue;
            }

            // The same caller's key again and again is the common case of a crowd.
            if (rows > 0 && _options.Merges && TryJoin(call, rows))
            {
                _line.Dequeue();
                continue;
            }

            if (rows == _rows.Length || (rows > 0 && oneSlot && call.Slot != slot)) break;
            Row row = new(call);
            if (row.Plan is null || !ReferenceEquals(row.Plan, plan)) limits += row.Limits;
            plan = row.Plan;
            if (rows > 0 && limits > Request.MaxLimits) break;
            slot = call.Slot;
            _line.Dequeue();
            _rows[rows] = row;
            // Behind a list, which may name any key, nobody joins a row in front of it.
            if (row.Plan is null) _rowOfKey.Clear();
            else if (_options.Merges) _rowOfKey[row.Key] = rows;
            rows++;
        }

        return rows;
    }

    private bool TryJoin(Call call, int rows)
    {
        if (call.Plan is null) return false;
        int place = rows - 1;
        if (!ReferenceEquals(_rows[place].Key, call.Key) && !_rowOfKey.TryGetValue(call.Key, out place)) return false;
        if (!_rows[place].Fits(call)) return false;
        _rows[place].Add(call);
        return true;
    }

    private async Task RunAsync(Batch batch, RedisKey[] keys, RedisValue[] values)
    {
        long sent = _options.Clock.GetTimestamp();
        Reply? reply = null;
        Exception? failure = null;
        bool isSender = false;
        try
        {
            Task<byte[]> answer = _owner.SendAsync(keys, values);
            // Then this is still the thread of whoever sends, a caller's.
            isSender = answer.IsCompleted;
            byte[] bytes = await answer.ConfigureAwait(false);
            reply = new Reply(bytes, (long)BitConverter.ToDouble(bytes), sent, _options.Clock.GetTimestamp());
        }
        catch (Exception e)
        {
            // Whatever it was, the callers must be answered.
            failure = e;
        }

        bool inTime;
        bool sends = false;
        lock (_gate)
        {
            inTime = _sent.Remove(batch);
            if (inTime && !_isSending && MaySend()) sends = _isSending = true;
        }

        Reporting.Try(() => _owner.OnCompleted(batch, reply, failure, inTime));
        // First the next request, then the answers: whoever is answered may take his time.
        if (sends) Send();
        if (reply is not null && !inTime) batch.CompleteLate(reply, _owner.Abandon);
        if (reply is null && _owner.MayHaveRun(failure!)) batch.AbandonAll(_owner.Abandon);
        if (inTime) batch.Complete(reply, _owner.Abandon, isSender);
    }

    /// <summary>Answers those whose time is over, and looks when the next one's is.</summary>
    private void Expire()
    {
        long now = _options.Clock.GetTimestamp();
        List<Batch> late = [];
        List<Call> waiting = [];
        bool sends = false;
        lock (_gate)
        {
            long oldest = long.MaxValue;
            for (int i = _sent.Count - 1; i >= 0; i--)
            {
                if (now - _sent[i].Oldest < _timeout)
                {
                    oldest = Math.Min(oldest, _sent[i].Oldest);
                    continue;
                }

                late.Add(_sent[i]);
                _sent.RemoveAt(i);
            }

            while (_line.TryPeek(out Call? call) && now - call.Arrived >= _timeout) waiting.Add(_line.Dequeue());
            if (_line.TryPeek(out Call? head)) oldest = Math.Min(oldest, head.Arrived);
            _isArmed = false;
            if (oldest != long.MaxValue) Arm(oldest, now);
            if (!_isSending && MaySend()) sends = _isSending = true;
        }

        Refuse(waiting);
        foreach (Batch batch in late) batch.Complete(null, _owner.Abandon, inPool: true);
        if (sends) Send();
        if (late.Count > 0 || waiting.Count > 0) Reporting.Try(() => _owner.OnTimeout(late.Count > 0 ? late[^1].Oldest : waiting[0].Arrived));
    }

    /// <summary>Rings when the time of somebody who came then is over. Left to ring early rather than moved for everybody who comes.</summary>
    private void Arm(long arrived, long now)
    {
        _isArmed = true;
        TimeSpan left = _options.Timeout - _options.Clock.GetElapsedTime(arrived, now);
        _alarm.Change(left > TimeSpan.Zero ? left + Moment : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A timer counts whole milliseconds, rounded down: one that rings a moment early would ring twice.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private static void Refuse(IReadOnlyList<Call> calls)
    {
        foreach (Call call in calls)
        {
            if (call.TryAnswer(default)) ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
        }
    }
}

/// <summary>What a lane is told.</summary>
/// <param name="MaxInFlight">Requests that may be on their way at once.</param>
/// <param name="MaxDecisions">Decisions a request carries at most.</param>
/// <param name="Merges">Whether equal charges of one key travel as one.</param>
/// <param name="OneSlot">Whether all keys of a request must lie in one slot: in a cluster.</param>
/// <param name="Timeout">How long a caller is kept at most.</param>
/// <param name="Clock">The clock of that.</param>
internal sealed record LaneOptions(int MaxInFlight, int MaxDecisions, bool Merges, Func<bool> OneSlot, TimeSpan Timeout, TimeProvider Clock);

/// <summary>What a lane needs of the store.</summary>
internal interface ILaneOwner
{
    /// <summary>Runs the script.</summary>
    Task<byte[]> SendAsync(RedisKey[] keys, RedisValue[] values);

    /// <summary>A request came back, or failed.</summary>
    void OnCompleted(Batch batch, Reply? reply, Exception? failure, bool inTime);

    /// <summary>Callers had to be told that there was no answer.</summary>
    /// <param name="since">When the last of the requests that got none was asked for.</param>
    void OnTimeout(long since);

    /// <summary>False if the request was surely not executed.</summary>
    bool MayHaveRun(Exception failure);

    /// <summary>Gives back a lease of which nobody knows.</summary>
    void Abandon(Row row);
}
