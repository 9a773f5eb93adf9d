using Headgate.Cli.Simulate.Input;
using Headgate.Cli.Simulate.Ordering;

namespace Headgate.Cli.Tests;

public sealed class OrderingTests
{
    [Fact]
    public void Events_within_the_window_leave_in_order_and_stable()
    {
        (List<LogEvent> left, ReorderBuffer buffer) = Run(60, 100, (30, 0), (10, 1), (30, 2), (90, 3), (30, 4), (31, 5),
            (200, 6));
        Assert.Equal([10L, 30, 30, 30, 31, 90, 200], left.Select(e => e.Time));
        Assert.Equal([1, 0, 2, 4, 5, 3, 6], left.Select(e => e.Key));
        Assert.Equal(0, buffer.Clamped);
    }

    [Fact]
    public void An_event_later_than_the_window_is_clamped_to_the_newest_that_left()
    {
        (List<LogEvent> left, ReorderBuffer buffer) = Run(60, 100, (40, 0), (100, 1), (39, 2), (40, 3));
        Assert.Equal([40L, 40, 40, 100], left.Select(e => e.Time));
        Assert.Equal(1, buffer.Clamped);
    }

    [Fact]
    public void A_full_buffer_lets_the_oldest_go()
    {
        (List<LogEvent> left, ReorderBuffer buffer) = Run(1000, 2, (10, 0), (20, 1), (30, 2), (5, 3), (25, 4));
        Assert.Equal([10L, 10, 20, 25, 30], left.Select(e => e.Time));
        Assert.Equal(1, buffer.Clamped);
    }

    [Fact]
    public void Without_a_window_every_late_event_is_clamped()
    {
        (List<LogEvent> left, ReorderBuffer buffer) = Run(0, 100, (10, 0), (9, 1), (11, 2), (10, 3));
        Assert.Equal([10L, 10, 11, 11], left.Select(e => e.Time));
        Assert.Equal(2, buffer.Clamped);
    }

    [Fact]
    public void Any_shuffle_within_the_window_comes_out_sorted()
    {
        Random random = new(5);
        (long, int)[] events = [.. Enumerable.Range(0, 5000).Select(i => ((i * 3L) + random.Next(60), i))];
        (List<LogEvent> left, ReorderBuffer buffer) = Run(60, 1000, events);
        Assert.Equal(events.OrderBy(e => e.Item1).ThenBy(e => e.Item2).Select(e => e.Item2), left.Select(e => e.Key));
        Assert.Equal(0, buffer.Clamped);
    }

    private static (List<LogEvent> Left, ReorderBuffer Buffer) Run(long window, int capacity,
        params (long Time, int Key)[] events)
    {
        ReorderBuffer buffer = new(window, capacity);
        List<LogEvent> left = [];
        foreach ((long time, int key) in events)
        {
            buffer.Push(new LogEvent(time, 1, key));
            while (buffer.TryPop(out LogEvent next)) left.Add(next);
            Assert.True(buffer.Count <= capacity);
        }

        buffer.Complete();
        while (buffer.TryPop(out LogEvent next)) left.Add(next);
        return (left, buffer);
    }
}
