using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Knows when the machine itself was late: a timer that should ring every few milliseconds and remembers when it did not.</summary>
/// <remarks>A test's allowance for scheduling on a busy machine is what an idle timer was late at that very time, and no more.</remarks>
internal sealed class Metronome : IAsyncDisposable
{
    /// <summary>The most that is ever forgiven: a store that starves the pool must not excuse itself by it.</summary>
    private static readonly TimeSpan MostForgiven = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan WorthNoting = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long From, long To)> _stalls = [];
    private readonly Task _task;

    public Metronome() => _task = Task.Run(RunAsync);

    /// <summary>How late timers rang between two timestamps, in all: zero on a machine that has time for us.</summary>
    public TimeSpan Stalled(long from, long to)
    {
        TimeSpan sum = TimeSpan.Zero;
        lock (_stalls)
        {
            foreach ((long stallFrom, long stallTo) in _stalls)
            {
                long start = Math.Max(from, stallFrom), end = Math.Min(to, stallTo);
                if (start < end) sum += Stopwatch.GetElapsedTime(start, end);
            }
        }

        return sum < MostForgiven ? sum : MostForgiven;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _task;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            await Task.Delay(Beat);
            long end = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(start, end) - Beat < WorthNoting) continue;
            lock (_stalls) _stalls.Add((start, end));
        }
    }
}
