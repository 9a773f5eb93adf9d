namespace Headgate.Admission;

/// <summary>Queues by their length, so that the longest is known at once. A queue changes by one at a time, and so does the longest length.</summary>
internal sealed class QueueLengths
{
    private FlowQueue?[] _byLength = new FlowQueue?[8];
    private int _longest;

    /// <summary>One of the longest; null if there is none.</summary>
    public FlowQueue? Longest => _byLength[_longest];

    /// <summary>A queue has one more or one less than before; those of length zero are forgotten.</summary>
    public void Changed(FlowQueue queue, int before)
    {
        if (before > 0) Unlink(queue, before);
        if (queue.Count > 0) Link(queue);
        if (_longest > 0 && _byLength[_longest] is null) _longest--;
    }

    /// <summary>All, the longest first.</summary>
    public IEnumerable<FlowQueue> Descending()
    {
        for (int length = _longest; length > 0; length--)
        {
            for (FlowQueue? queue = _byLength[length]; queue is not null; queue = queue.NextOfLength) yield return queue;
        }
    }

    private void Link(FlowQueue queue)
    {
        int length = queue.Count;
        if (length == _byLength.Length) Array.Resize(ref _byLength, length * 2);
        queue.PreviousOfLength = null;
        queue.NextOfLength = _byLength[length];
        if (queue.NextOfLength is { } next) next.PreviousOfLength = queue;
        _byLength[length] = queue;
        _longest = Math.Max(_longest, length);
    }

    private void Unlink(FlowQueue queue, int length)
    {
        if (queue.PreviousOfLength is { } previous) previous.NextOfLength = queue.NextOfLength;
        else _byLength[length] = queue.NextOfLength;
        if (queue.NextOfLength is { } next) next.PreviousOfLength = queue.PreviousOfLength;
    }
}
