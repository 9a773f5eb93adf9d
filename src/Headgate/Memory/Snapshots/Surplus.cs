namespace Headgate.Memory.Snapshots;

/// <summary>
/// Keeps a store that is being filled within its bound, exactly: of more keys than fit, those that would be forgotten soonest give way,
/// whatever order they come in. Counts them as forced evictions.
/// </summary>
/// <remarks>Lets the keys grow a quarter above the bound, then drops as many again: one sort of what is there for each quarter that comes.</remarks>
internal sealed class Surplus(MemoryStore store)
{
    private readonly long _most = store.Budget.MaxKeys + Math.Max(4096, store.Budget.MaxKeys / 4);
    private long _held;
    private long _dropped;

    /// <summary>Keys that would be forgotten by then are not among the last to be.</summary>
    private long _floor;

    /// <summary>True if the caller must put in a key; false if it is one of those that give way.</summary>
    public bool Takes(long forgetAt)
    {
        if (forgetAt <= _floor)
        {
            _dropped++;
            return false;
        }

        if (_held == _most) Drop();
        _held++;
        return true;
    }

    /// <summary>All keys are in: brings them to the bound, and their number to the store's books.</summary>
    public void Settle()
    {
        if (_held > store.Budget.MaxKeys) Drop();
        store.Budget.Adopt(_held, _dropped);
    }

    private void Drop()
    {
        long[] times = new long[_held];
        int count = 0;
        foreach (Shelf shelf in Enum.GetValues<Shelf>()) count += store.TableOf(shelf).CopyForgetTimes(times.AsSpan(count));
        Array.Sort(times);
        long surplus = _held - store.Budget.MaxKeys;
        _floor = times[surplus - 1];

        // Keys of one and the same time may be more than must go.
        long alike = surplus;
        for (int i = 0; times[i] < _floor; i++) alike--;
        foreach (Shelf shelf in Enum.GetValues<Shelf>()) store.TableOf(shelf).DropSoonest(_floor, ref alike);
        _held -= surplus;
        _dropped += surplus;
    }
}
