using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Callers that ask a store all the time while something happens to its Redis, and remember every answer.</summary>
/// <remarks>
/// A third of them ask for one hot key, whose charges the store may merge; the others for a key that is new with every call, of a plain limit or of a
/// composite, so that for each call it can be told afterwards whether it was charged never, once or twice. Nothing is ever denied by the limits.
/// </remarks>
internal sealed class Load : IAsyncDisposable
{
    public const int Callers = 24;
    public const string HotKey = "hot";

    /// <summary>Calls after a fault that show that it is over.</summary>
    public const int Enough = 10 * Callers;

    /// <summary>Between a caller's calls: enough that the machine is busy and not swamped once answers come at once.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1.3);
    private static readonly TimeSpan AWhile = TimeSpan.FromMilliseconds(400);

    /// <summary>On a machine that is busy a while has few calls in it.</summary>
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly Metronome _metronome = new();
    private readonly List<Call>[] _calls = new List<Call>[Callers];
    private readonly Task[] _tasks = new Task[Callers];
    private readonly LoadedLimits _limits;
    private long _lastFailed;
    private int _decided;

    public Load(IRateLimitStore store, FailureMode? mode = null)
    {
        _limits = new LoadedLimits(store, mode);
        for (int i = 0; i < Callers; i++)
        {
            int caller = i;
            _calls[i] = [];
            _tasks[i] = Task.Run(() => AskAsync(caller));
        }
    }

    /// <summary>Lets the load run until Redis has decided for every caller: the fault is to hit a store that is at work.</summary>
    public async Task WarmAsync()
    {
        long start = Stopwatch.GetTimestamp();
        while (_calls.Any(calls => CountOfStore(calls) < 3))
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(10)) throw new TimeoutException($"Redis does not decide: {(await StopAsync()).Describe()}");
            await Task.Delay(10);
        }
    }

    /// <summary>
    /// Lets the load run until Redis, which has answered since then, decides for everybody again and has for a while; or until it is late for that, which
    /// <see cref="LoadReport.WasBackWithinASecondOf"/> will say.
    /// </summary>
    public async Task UntilBackAsync(long answered)
    {
        while (Stopwatch.GetElapsedTime(answered) < TooLate && Stopwatch.GetElapsedTime(Math.Max(answered, Volatile.Read(ref _lastFailed))) < AWhile)
            await Task.Delay(10);
        Volatile.Write(ref _decided, 0);
        while (Stopwatch.GetElapsedTime(answered) < MostWait && Volatile.Read(ref _decided) <= Enough) await Task.Delay(10);
    }

    /// <summary>What came of the calls until now.</summary>
    public LoadReport SoFar()
    {
        List<Call> all = [];
        foreach (List<Call> calls in _calls)
        {
            lock (calls) all.AddRange(calls);
        }

        return new LoadReport([.. all], _metronome);
    }

    /// <summary>Lets the last callers have their answers, and tells what came of all.</summary>
    public async Task<LoadReport> StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks).WaitAsync(TimeSpan.FromSeconds(30));
        return SoFar();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _metronome.DisposeAsync();
        _stop.Dispose();
    }

    private static int CountOfStore(List<Call> calls)
    {
        lock (calls) return calls.Count(call => call.IsDecidedByStore);
    }

    private async Task AskAsync(int caller)
    {
        for (int number = 0; !_stop.IsCancellationRequested; number++)
        {
            (Limiter limiter, string key) = (caller % 3) switch
            {
                0 => (_limits.Hot, HotKey),
                1 => (_limits.Plain, $"{caller}-{number}"),
                _ => (_limits.Composite, $"{caller}-{number}"),
            };
            Call call = await AskAsync(limiter, key);
            lock (_calls[caller]) _calls[caller].Add(call);
            if (call.IsDecidedByStore)
            {
                Interlocked.Increment(ref _decided);
            }
            else
            {
                Volatile.Write(ref _lastFailed, call.Ended);
                // Enough are asked for after the last failure.
                Volatile.Write(ref _decided, 0);
            }

            await Task.Delay(Pause);
        }
    }

    private static async Task<Call> AskAsync(Limiter limiter, string key)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            Decision decision = await limiter.AcquireAsync(key);
            return new Call(key, start, Stopwatch.GetTimestamp(), decision, null);
        }
        catch (Exception e)
        {
            return new Call(key, start, Stopwatch.GetTimestamp(), default, e);
        }
    }
}
