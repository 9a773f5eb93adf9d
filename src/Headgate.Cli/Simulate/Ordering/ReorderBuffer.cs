using Headgate.Cli.Simulate.Input;

namespace Headgate.Cli.Simulate.Ordering;

/// <summary>
/// Puts events in order within a bound of time and of number. An event leaves when one that is newer by the window has come, or
/// when
/// the buffer is full; one that comes earlier than the newest that has left is clamped to that one's time and counted.
/// Events of one time leave in the order they came.
/// </summary>
/// <remarks>Events in order go through a queue at the cost of a copy; only the late ones go through a heap.</remarks>
/// <param name="windowMicros">How late an event may be, in microseconds; 0 clamps every late one.</param>
/// <param name="capacity">Events held at most.</param>
internal sealed class ReorderBuffer(long windowMicros, int capacity)
{
    public const int DefaultCapacity = 1_000_000;

    private readonly PriorityQueue<LogEvent, (long Time, long Sequence)> _late = new();
    private readonly Queue<(LogEvent Event, long Sequence)> _inOrder = new();
    private long _sequence;
    private long _newest = long.MinValue;
    private long _released = long.MinValue;
    private bool _completed;

    /// <summary>Events that came too late to be put in order.</summary>
    public long Clamped { get; private set; }

    public int Count => _inOrder.Count + _late.Count;

    public void Push(in LogEvent logEvent)
    {
        LogEvent held = logEvent;
        if (held.Time < _released)
        {
            Clamped++;
            held = held with { Time = _released };
        }

        if (held.Time >= _newest)
        {
            _newest = held.Time;
            _inOrder.Enqueue((held, _sequence++));
        }
        else
        {
            _late.Enqueue(held, (held.Time, _sequence++));
        }
    }

    /// <summary>No more will come: everything may leave.</summary>
    public void Complete() => _completed = true;

    public bool TryPop(out LogEvent logEvent)
    {
        bool any = _inOrder.TryPeek(out (LogEvent Event, long Sequence) first);
        bool anyLate = _late.TryPeek(out LogEvent late, out (long Time, long Sequence) rank);
        bool takeLate = anyLate && (!any || rank.Time < first.Event.Time
            || (rank.Time == first.Event.Time && rank.Sequence < first.Sequence));
        logEvent = takeLate ? late : first.Event;
        if (!any && !anyLate) return false;
        if (!_completed && logEvent.Time > _newest - windowMicros && Count <= capacity) return false;

        if (takeLate) _late.Dequeue();
        else _inOrder.Dequeue();
        _released = logEvent.Time;
        return true;
    }
}
