namespace Headgate.Waiting;

/// <summary>One caller in line.</summary>
internal sealed class Waiter(long cost)
{
    private int _asks;

    public long Cost { get; } = cost;

    /// <summary>
    /// Odd while it asks the store and until it leaves with what it got: then its cost may be charged already and it still stands in line.
    /// </summary>
    public int Asks
    {
        get => Volatile.Read(ref _asks);
        set => Volatile.Write(ref _asks, value);
    }

    public Alarm Alarm { get; private set; } = new();

    /// <summary>An alarm that has not rung, so that a ring from now on is not lost.</summary>
    public Alarm Reset(Lock gate)
    {
        lock (gate) return Alarm = new Alarm();
    }
}
