namespace Headgate.Admission;

/// <summary>
/// Deficit round robin (M. Shreedhar and G. Varghese, "Efficient Fair Queueing using Deficit Round Robin", SIGCOMM 1995), with the rounds
/// calculated instead of walked.
/// </summary>
/// <remarks>
/// Each round visits every backlogged flow once and grants it its quantum: its weight, in grains of a thousandth of a unit of cost. A flow
/// whose deficit has come to the cost of the first in its queue is served and pays. A quantum is at most one unit and a cost at least one, so
/// a visit serves one at most and shares stay smooth; and since most visits would serve nobody, the round in which each flow will be ready is
/// worked out by a division, and a heap says which comes first. A turn costs O(log flows), whatever the weights and costs.
/// <para>
/// At any time 0 &lt;= deficit &lt; cost of the head, and right after a turn deficit &lt; quantum. Two flows that are backlogged in the same
/// interval are visited equally often but for one, and each has been served what it was granted but for its deficit. With S the cost served and C
/// the largest cost of a flow: |S1/w1 - S2/w2| &lt; C1/w1 + C2/w2 + 1/1000.
/// </para>
/// </remarks>
internal sealed class Rounds
{
    /// <summary>Grains in a unit of cost: the largest quantum.</summary>
    public const int Unit = FairFlow.MaxWeight;

    private readonly FlowHeap _flows = new();

    /// <summary>Where the round robin is: at this place in this round. Flows up to here have had the grant of this round.</summary>
    private long _round, _place;

    private long _sequence;

    public int Count => _flows.Count;

    /// <summary>Whose turn is next. Only if there are flows.</summary>
    public FlowQueue Next => _flows.First;

    /// <summary>A flow begins to wait: with nothing granted, last in the round.</summary>
    public void Join(FlowQueue flow)
    {
        flow.Sequence = ++_sequence;
        flow.Deficit = 0;
        flow.Visited = _round - 1;
        Aim(flow);
        _flows.Add(flow);
    }

    /// <summary>Goes on to the next flow and takes the cost of its head off its deficit; the head has then to be taken out.</summary>
    public void Serve()
    {
        FlowQueue flow = Next;
        (_round, _place) = (flow.Ready, flow.Sequence);
        Settle(flow);
        flow.Deficit -= (long)flow.Head!.Cost * Unit;
    }

    /// <summary>The first in a queue is another than before, or it has come to be empty.</summary>
    public void HeadChanged(FlowQueue flow)
    {
        if (flow.Head is not { } head)
        {
            _flows.Remove(flow);
            return;
        }

        // Who goes away takes along what was granted for him, as far as the next one has no use for it: otherwise one could line up a large
        // cost and leave, and many small ones would pass in a row.
        Settle(flow);
        flow.Deficit = Math.Min(flow.Deficit, ((long)head.Cost * Unit) - 1);
        Aim(flow);
        _flows.Moved(flow);
    }

    public void Reweigh(FlowQueue flow, int weight)
    {
        if (flow.Weight == weight) return;
        Settle(flow);
        flow.Weight = weight;
        Aim(flow);
        _flows.Moved(flow);
    }

    /// <summary>The deficit now, in grains.</summary>
    public long DeficitOf(FlowQueue flow) => flow.Deficit + ((LastVisit(flow) - flow.Visited) * flow.Weight);

    private void Settle(FlowQueue flow)
    {
        flow.Deficit = DeficitOf(flow);
        flow.Visited = LastVisit(flow);
    }

    private long LastVisit(FlowQueue flow) => flow.Sequence <= _place ? _round : _round - 1;

    /// <summary>At least one visit ahead: the deficit is less than the cost.</summary>
    private static void Aim(FlowQueue flow)
    {
        long missing = ((long)flow.Head!.Cost * Unit) - flow.Deficit;
        flow.Ready = flow.Visited + ((missing + flow.Weight - 1) / flow.Weight);
    }
}
