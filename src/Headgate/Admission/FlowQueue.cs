namespace Headgate.Admission;

/// <summary>Those of one flow that wait, first come first served, and what the flow has been granted. Lives as long as somebody waits in it.</summary>
internal sealed class FlowQueue(string key)
{
    public string Key { get; } = key;

    public int Count { get; private set; }

    public Waiter? Head { get; private set; }

    public Waiter? Tail { get; private set; }

    /// <summary>What <see cref="Rounds"/> keeps of a flow.</summary>
    public int Weight { get; set; }

    /// <summary>Granted and not spent, in grains, as of the flow's visit in round <see cref="Visited"/>.</summary>
    public long Deficit { get; set; }

    /// <summary>The last round whose grant <see cref="Deficit"/> holds.</summary>
    public long Visited { get; set; }

    /// <summary>The round whose grant makes the deficit as much as the head costs.</summary>
    public long Ready { get; set; }

    /// <summary>Its place within a round: those that began to wait earlier come first.</summary>
    public long Sequence { get; set; }

    /// <summary>Where <see cref="FlowHeap"/> has it.</summary>
    public int Index { get; set; }

    /// <summary>Neighbours among the queues of one length (<see cref="QueueLengths"/>).</summary>
    public FlowQueue? PreviousOfLength { get; set; }

    /// <inheritdoc cref="PreviousOfLength"/>
    public FlowQueue? NextOfLength { get; set; }

    public void Append(Waiter waiter)
    {
        waiter.Queue = this;
        waiter.Before = Tail;
        if (Tail is null) Head = waiter;
        else Tail.Behind = waiter;
        Tail = waiter;
        Count++;
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Before is null) Head = waiter.Behind;
        else waiter.Before.Behind = waiter.Behind;
        if (waiter.Behind is null) Tail = waiter.Before;
        else waiter.Behind.Before = waiter.Before;
        waiter.Queue = null;
        waiter.Before = waiter.Behind = null;
        Count--;
    }
}
