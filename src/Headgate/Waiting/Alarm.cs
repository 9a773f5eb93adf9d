namespace Headgate.Waiting;

/// <summary>Wakes one waiter: after a time, when somebody rings, or never again once cancelled. Made anew for each wait.</summary>
internal sealed class Alarm
{
    /// <summary>Timers take at most 49 days; a longer wait is taken in pieces.</summary>
    private static readonly TimeSpan LongestPiece = TimeSpan.FromDays(1);

    private readonly TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends the wait now.</summary>
    public void Ring() => _rung.TrySetResult();

    /// <summary>Waits until rung or cancelled.</summary>
    public Task WaitAsync(CancellationToken ct) => _rung.Task.WaitAsync(ct);

    /// <summary>Waits until rung, until cancelled, or for a time; may be early for long times and a little early for short ones.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken ct)
    {
        ITimer timer = clock.CreateTimer(static alarm => ((Alarm)alarm!).Ring(), this, Piece(time, clock), Timeout.InfiniteTimeSpan);
        await using (timer.ConfigureAwait(false)) await _rung.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>The system's timers cut to whole milliseconds and would ring early, again and again; other clocks are taken at their word.</summary>
    private static TimeSpan Piece(TimeSpan time, TimeProvider clock)
    {
        if (time > LongestPiece) return LongestPiece;
        return ReferenceEquals(clock, TimeProvider.System) ? TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)) : time;
    }
}
