namespace Headgate.Admission;

/// <summary>Flows by whose turn comes first: the round in which they are ready, and within a round their place in it. A binary heap.</summary>
internal sealed class FlowHeap
{
    private FlowQueue[] _flows = new FlowQueue[16];

    public int Count { get; private set; }

    public FlowQueue First => _flows[0];

    public void Add(FlowQueue flow)
    {
        if (Count == _flows.Length) Array.Resize(ref _flows, Count * 2);
        Put(flow, Count++);
        Up(flow);
    }

    public void Remove(FlowQueue flow)
    {
        FlowQueue last = _flows[--Count];
        _flows[Count] = null!; // beyond the count nothing is read
        if (last == flow) return;
        Put(last, flow.Index);
        Moved(last);
    }

    /// <summary>Restores the order after the flow's round has changed.</summary>
    public void Moved(FlowQueue flow)
    {
        Up(flow);
        Down(flow);
    }

    private void Up(FlowQueue flow)
    {
        int at = flow.Index;
        for (; at > 0 && Precedes(flow, _flows[(at - 1) / 2]); at = (at - 1) / 2) Put(_flows[(at - 1) / 2], at);
        Put(flow, at);
    }

    private void Down(FlowQueue flow)
    {
        int at = flow.Index;
        for (int child = (2 * at) + 1; child < Count; child = (2 * at) + 1)
        {
            if (child + 1 < Count && Precedes(_flows[child + 1], _flows[child])) child++;
            if (!Precedes(_flows[child], flow)) break;
            Put(_flows[child], at);
            at = child;
        }

        Put(flow, at);
    }

    private void Put(FlowQueue flow, int at)
    {
        _flows[at] = flow;
        flow.Index = at;
    }

    private static bool Precedes(FlowQueue a, FlowQueue b) => a.Ready < b.Ready || (a.Ready == b.Ready && a.Sequence < b.Sequence);
}
