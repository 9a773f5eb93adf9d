using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Observability;

/// <summary>
/// Tells of callers that are refused over and over: a line at once for the first time, then one a minute with how often. Whoever is not
/// refused for one to two minutes is forgotten. Safe for any number of threads.
/// </summary>
/// <remarks>
/// Bounded whatever callers do: 1,000 are remembered, 100 first lines are written a minute and 100 that sum up, of the most refused; what
/// has no line of its own is summed up in one. Each refusal is in exactly one line. The timer runs only while somebody is remembered.
/// </remarks>
internal sealed class RefusalLog : IDisposable
{
    public const int MaxCallers = 1_000;
    public const int MaxLines = 100;

    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private readonly ConcurrentDictionary<CallerKey, RefusedCaller> _callers = new();
    private readonly Lock _flush = new();
    private int _remembered;
    private int _firstLines;
    private long _others;
    private long _othersInShadow;
    private int _isArmed;
    private bool _isDisposed;

    public RefusalLog(ILogger logger, TimeProvider clock)
    {
        _logger = logger;
        _clock = clock;

        // The timer is no part of the request that happens to start it.
        using AsyncFlowControl? _ = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = clock.CreateTimer(static log => ((RefusalLog)log!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Callers that are remembered now.</summary>
    public int Remembered => Volatile.Read(ref _remembered);

    /// <summary>A policy refused a caller, or would have.</summary>
    public void Add(string policy, string key, bool inShadow, RequestOutcome outcome)
    {
        if (!_logger.IsEnabled(LogLevel.Information)) return;
        CallerKey caller = new(policy, key, inShadow);
        RefusedCaller? known;
        while (!_callers.TryGetValue(caller, out known) || !known.Count())
        {
            if (known is not null) TakeOut(known);
            if (TryRemember(caller, out known)) break;
        }

        if (_logger.IsEnabled(LogLevel.Debug)) Log.RequestRefused(_logger, policy, known?.Id ?? CallerId.Of(key), CallerId.SourceOf(key), outcome.Text());
        Arm();
    }

    /// <summary>Writes what no line has told of, forgets who was not refused since the last time.</summary>
    public void Flush()
    {
        lock (_flush) FlushUnsynchronized();
    }

    /// <summary>Writes what no line has told of. Later refusals are not summed up.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isDisposed, true);
        _timer.Dispose();
        OnTimer();
    }

    /// <summary>True if the refusal has been dealt with: as a new caller's, or, there being too many, with others'. False if another was faster.</summary>
    private bool TryRemember(CallerKey key, out RefusedCaller? caller)
    {
        caller = null;
        if (!TryTakePlace())
        {
            Interlocked.Increment(ref key.InShadow ? ref _othersInShadow : ref _others);
            return true;
        }

        RefusedCaller added = new(key, _clock.GetUtcNow());
        bool isTold = Interlocked.Increment(ref _firstLines) <= MaxLines;
        if (isTold) added.Told = 1;
        else added.Count();
        if (!_callers.TryAdd(key, added))
        {
            Interlocked.Decrement(ref _remembered);
            return false;
        }

        caller = added;
        if (isTold) TellFirst(added);
        return true;
    }

    private bool TryTakePlace()
    {
        if (Volatile.Read(ref _remembered) >= MaxCallers) return false;
        if (Interlocked.Increment(ref _remembered) <= MaxCallers) return true;
        Interlocked.Decrement(ref _remembered);
        return false;
    }

    /// <summary>Takes out a caller that was forgotten: who meets one helps, and does not wait for the one that forgets.</summary>
    private void TakeOut(RefusedCaller caller)
    {
        if (_callers.TryRemove(new KeyValuePair<CallerKey, RefusedCaller>(caller.Key, caller))) Interlocked.Decrement(ref _remembered);
    }

    private void TellFirst(RefusedCaller caller)
    {
        string source = CallerId.SourceOf(caller.Key.Key);
        if (caller.Key.InShadow) Log.CallerShadowDenied(_logger, caller.Key.Policy, caller.Id, source);
        else Log.CallerRefused(_logger, caller.Key.Policy, caller.Id, source);
    }

    private void Arm()
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.CompareExchange(ref _isArmed, 1, 0) == 0) _timer.Change(Interval, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        try
        {
            Flush();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Loggers are others' code, and what a timer throws ends the process. What was not told is told next time, or is lost with its line.
            Volatile.Write(ref _isArmed, 0);
            return;
        }

        // Disarmed first, then looked again: a refusal in between arms the timer itself.
        Volatile.Write(ref _isArmed, 0);
        if (!Volatile.Read(ref _isDisposed) && (Remembered > 0 || Interlocked.Read(ref _others) > 0 || Interlocked.Read(ref _othersInShadow) > 0)) Arm();
    }

    private void FlushUnsynchronized()
    {
        Volatile.Write(ref _firstLines, 0);
        List<(RefusedCaller Caller, long Count)> told = [];
        foreach ((_, RefusedCaller caller) in _callers)
        {
            if (caller.TryForget()) TakeOut(caller);
            else if (caller.TakeFresh() is > 0 and long fresh) told.Add((caller, fresh));
        }

        told.Sort(static (a, b) => b.Count.CompareTo(a.Count));
        foreach ((RefusedCaller caller, long count) in told.Skip(MaxLines)) Interlocked.Add(ref caller.Key.InShadow ? ref _othersInShadow : ref _others, count);
        foreach ((RefusedCaller caller, long count) in told.Take(MaxLines)) TellAgain(caller, count);
        if (Interlocked.Exchange(ref _others, 0) is > 0 and long others) Log.OthersRefused(_logger, others);
        if (Interlocked.Exchange(ref _othersInShadow, 0) is > 0 and long inShadow) Log.OthersShadowDenied(_logger, inShadow);
    }

    private void TellAgain(RefusedCaller caller, long count)
    {
        caller.Told += count;
        string source = CallerId.SourceOf(caller.Key.Key);
        if (caller.Key.InShadow) Log.CallerShadowDeniedAgain(_logger, caller.Key.Policy, caller.Id, source, count, caller.Told, caller.Since);
        else Log.CallerRefusedAgain(_logger, caller.Key.Policy, caller.Id, source, count, caller.Told, caller.Since);
    }
}
