namespace Headgate.Admission;

/// <summary>Waiters that were taken out of line under the lock, to be answered after it, in the same order.</summary>
internal struct Answers
{
    private Waiter? _first, _last;

    public void Add(Waiter waiter, in FairPass answer)
    {
        waiter.Answer = answer;
        if (_last is null) _first = waiter;
        else _last.Later = waiter;
        _last = waiter;
    }

    /// <summary>Not under the lock: what waits for an answer may be anything.</summary>
    public readonly void Send()
    {
        for (Waiter? waiter = _first; waiter is not null; waiter = waiter.Later) waiter.SetResult(waiter.Answer);
    }
}
