using Headgate.Conformance;

namespace Headgate.Tests;

public class FakeClockTests
{
    private readonly FakeClock _clock = new(1_000_000);

    [Fact]
    public void Tells_one_time_in_every_way()
    {
        long before = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(3_000_000, _clock.Micros);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(3), _clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(2), _clock.GetElapsedTime(before));

        _clock.SetMicros(500_000);
        Assert.Equal(TimeSpan.FromSeconds(-0.5), _clock.GetElapsedTime(before));
    }

    [Fact]
    public void Fires_timers_in_order_of_their_due_time_and_at_it()
    {
        List<string> fired = [];
        using ITimer late = Timer("late", 3);
        using ITimer early = Timer("early", 1);
        using ITimer repeated = _clock.CreateTimer(
            _ => fired.Add($"repeated {_clock.Micros}"), null, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        _clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(["early 2000000", "repeated 3000000", "late 4000000", "repeated 5000000"], fired);
        Assert.Equal(1, _clock.PendingTimers);

        ITimer Timer(string name, int seconds) => _clock.CreateTimer(
            _ => fired.Add($"{name} {_clock.Micros}"), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void A_disposed_or_stopped_timer_does_not_fire()
    {
        int fired = 0;
        ITimer disposed = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        using ITimer stopped = _clock.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        disposed.Dispose();
        stopped.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(0, fired);
        Assert.False(disposed.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task Ends_delays_and_cancellations_that_use_it()
    {
        Task delay = Task.Delay(TimeSpan.FromSeconds(10), _clock, TestContext.Current.CancellationToken);
        _clock.AdvanceMicros(9_999_999);
        Assert.False(delay.IsCompleted);
        _clock.AdvanceMicros(1);
        await delay;
    }
}
