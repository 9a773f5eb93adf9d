namespace Headgate.Admission;

/// <summary>All who wait: by flow, by turn, by length of queue and by time of coming. Knows no clock and no lock; its owner has one.</summary>
internal sealed class FairLine
{
    private readonly Dictionary<string, FlowQueue> _flows = new(StringComparer.Ordinal);
    private readonly Rounds _rounds = new();
    private readonly QueueLengths _lengths = new();
    private Waiter? _latest;
    private int _count;

    /// <summary>How many wait. May be read without the lock.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Who has waited longest.</summary>
    public Waiter? Oldest { get; private set; }

    /// <summary>
    /// Puts a waiter in line; false if there is no room for it. When all places to wait are taken, the newest of the longest queue is dropped if
    /// that queue stays no shorter than the waiter's becomes: the longest gives way, and who would have it is refused itself.
    /// </summary>
    public bool TryJoin(Waiter waiter, in FairFlow flow, FairGateOptions options, out Waiter? dropped)
    {
        dropped = null;
        int queued = QueuedOf(flow.Key);
        if (queued >= (flow.MaxQueue ?? options.MaxQueuePerFlow)) return false;
        if (_count >= options.MaxQueued)
        {
            if (_lengths.Longest is not { } longest || longest.Count < queued + 2) return false;
            dropped = longest.Tail!; // a queue in the table is not empty
            Remove(dropped);
        }

        Append(waiter, flow);
        return true;
    }

    /// <summary>Takes out whose turn it is; null if nobody waits.</summary>
    public Waiter? TakeNext()
    {
        if (_rounds.Count == 0) return null;
        Waiter waiter = _rounds.Next.Head!; // a queue in the table is not empty
        _rounds.Serve();
        Remove(waiter);
        return waiter;
    }

    /// <summary>Takes out one who waits: O(1), and O(log flows) if it is the first of its queue.</summary>
    public void Remove(Waiter waiter)
    {
        FlowQueue queue = waiter.Queue!; // it waits
        bool wasHead = queue.Head == waiter;
        queue.Remove(waiter);
        _lengths.Changed(queue, queue.Count + 1);
        if (wasHead) _rounds.HeadChanged(queue);
        if (queue.Count == 0) _flows.Remove(queue.Key);

        if (waiter.Earlier is { } earlier) earlier.Later = waiter.Later;
        else Oldest = waiter.Later;
        if (waiter.Later is { } later) later.Earlier = waiter.Earlier;
        else _latest = waiter.Earlier;
        waiter.Earlier = waiter.Later = null;
        Volatile.Write(ref _count, _count - 1);
    }

    public int QueuedOf(string key) => _flows.TryGetValue(key, out FlowQueue? queue) ? queue.Count : 0;

    /// <summary>Flows that wait, those with the longest queues first.</summary>
    public IEnumerable<FlowQueue> Flows() => _lengths.Descending();

    /// <summary>What a flow has been granted and not spent, in grains; always less than its head costs.</summary>
    public long DeficitOf(FlowQueue queue) => _rounds.DeficitOf(queue);

    private void Append(Waiter waiter, in FairFlow flow)
    {
        if (_flows.TryGetValue(flow.Key, out FlowQueue? queue))
        {
            queue.Append(waiter);
            _rounds.Reweigh(queue, flow.Weight);
        }
        else
        {
            _flows.Add(flow.Key, queue = new FlowQueue(flow.Key) { Weight = flow.Weight });
            queue.Append(waiter);
            _rounds.Join(queue);
        }

        _lengths.Changed(queue, queue.Count - 1);
        waiter.Earlier = _latest;
        if (_latest is null) Oldest = waiter;
        else _latest.Later = waiter;
        _latest = waiter;
        Volatile.Write(ref _count, _count + 1);
    }
}
