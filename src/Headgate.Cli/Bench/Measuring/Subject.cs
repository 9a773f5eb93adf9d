using System.Runtime.CompilerServices;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// One decision of what is measured. A struct, so that the loop around it is compiled for it alone, without an indirect call.
/// </summary>
internal interface IOperation
{
    /// <summary>True if admitted.</summary>
    bool Decide(string key);
}

/// <summary>Something that decides: a limiter, filled with state of its own.</summary>
internal abstract class Subject : IDisposable
{
    /// <summary>
    /// Decides <paramref name="count"/> times, from place <paramref name="from"/> of the order on. Returns how many were
    /// admitted.
    /// </summary>
    public abstract int Run(string[] keys, int[] order, int from, int count);

    /// <summary>The same, and adds how long each call took, one reading of the clock included.</summary>
    public abstract int Time(string[] keys, int[] order, int from, int count, LatencyHistogram latencies);

    public abstract void Dispose();
}

/// <summary>The loop around one operation.</summary>
internal sealed class Subject<TOperation>(TOperation operation, IDisposable? owned = null) : Subject
    where TOperation : struct, IOperation
{
    private readonly TOperation _operation = operation;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override int Run(string[] keys, int[] order, int from, int count)
    {
        TOperation operation = _operation;
        int admitted = 0;
        foreach (int index in order.AsSpan(from, count))
        {
            if (operation.Decide(keys[index])) admitted++;
        }

        return admitted;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public override int Time(string[] keys, int[] order, int from, int count, LatencyHistogram latencies)
    {
        TOperation operation = _operation;
        double nanosecondsATick = 1e9 / TimeProvider.System.TimestampFrequency;
        int admitted = 0;
        foreach (int index in order.AsSpan(from, count))
        {
            string key = keys[index];
            long before = TimeProvider.System.GetTimestamp();
            bool isAdmitted = operation.Decide(key);
            long after = TimeProvider.System.GetTimestamp();
            if (isAdmitted) admitted++;
            latencies.Add((long)((after - before) * nanosecondsATick));
        }

        return admitted;
    }

    public override void Dispose() => owned?.Dispose();
}
