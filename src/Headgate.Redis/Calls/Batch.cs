namespace Headgate.Redis.Calls;

/// <summary>A request on its way: whom to tell what comes back. Whoever takes it off its lane's list completes it, once.</summary>
internal sealed class Batch
{
    private readonly Row[] _rows;

    public Batch(ReadOnlySpan<Row> rows)
    {
        _rows = rows.ToArray();
        Oldest = _rows[0].First.Arrived;
        foreach (Row row in _rows) Callers += row.Callers;
    }

    /// <summary>When the first caller came.</summary>
    public long Oldest { get; }

    public int Callers { get; }

    public ReadOnlySpan<Row> Rows => _rows;

    /// <summary>Tells everybody, beginning on this thread unless that has other things to do.</summary>
    /// <param name="reply">What Redis said; null if it did not.</param>
    /// <param name="abandon">Gives back the lease of a row of which nobody knows: its caller has gone.</param>
    /// <param name="inPool">True to begin in the pool.</param>
    public void Complete(Reply? reply, Action<Row> abandon, bool inPool)
    {
        Call[] answered = new Call[Callers];
        int count = 0;
        (int Admitted, int Reports)[] read = reply is null ? new (int, int)[_rows.Length] : Read(ref reply);
        for (int i = 0; i < _rows.Length; i++)
        {
            Row row = _rows[i];
            int place = 0;
            for (Call? call = row.First; call is not null; call = call.Next, place++)
            {
                if (call.TryAnswer(new Answer(reply, read[i].Reports, place, read[i].Admitted))) answered[count++] = call;
                else if (row.Mode == CallMode.Enter && place < read[i].Admitted) abandon(row);
            }
        }

        if (count == 0) return;
        Wake wake = new(answered, count);
        if (inPool) ThreadPool.UnsafeQueueUserWorkItem(wake, preferLocal: false);
        else wake.Execute();
    }

    /// <summary>Where the answers lie. A reply that cannot be read is none: whoever waits must be told.</summary>
    private (int Admitted, int Reports)[] Read(ref Reply? reply)
    {
        (int Admitted, int Reports)[] read = new (int, int)[_rows.Length];
        try
        {
            int at = sizeof(double);
            for (int i = 0; i < read.Length; i++) read[i].Admitted = _rows[i].Skip(reply!.Bytes, ref at, out read[i].Reports);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException)
        {
            reply = null;
        }

        return read;
    }

    /// <summary>The answer is lost: leases may have been given of which nobody will know.</summary>
    public void AbandonAll(Action<Row> abandon)
    {
        foreach (Row row in _rows)
        {
            if (row.Mode == CallMode.Enter) abandon(row);
        }
    }

    /// <summary>An answer for callers who were told before that there was none.</summary>
    public void CompleteLate(Reply reply, Action<Row> abandon)
    {
        int at = sizeof(double);
        foreach (Row row in _rows)
        {
            int admitted = row.Skip(reply.Bytes, ref at, out _);
            if (row.Mode == CallMode.Enter && admitted > 0) abandon(row);
        }
    }
}
