using System.Numerics;
using System.Runtime.CompilerServices;

namespace Headgate.Server.Metrics;

/// <summary>
/// A few 64-bit cells for each processor or so: whoever adds takes the cells of the processor it runs on, which as a rule nobody else writes then, and waits
/// for nobody. Thread-safe. Sums are exact once the additions are over.
/// </summary>
internal readonly struct Stripes
{
    /// <summary>Cells of 8 bytes in a cache line of 64.</summary>
    private const int Line = 8;

    private const int Most = 8;

    private static readonly int Mask = Math.Min(Most, (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)) - 1;

    private readonly long[] _cells;
    private readonly int _stride;

    /// <param name="cells">Cells in a stripe.</param>
    public Stripes(int cells)
    {
        _stride = (cells + Line - 1) / Line * Line;
        _cells = new long[(Mask + 1) * _stride];
    }

    /// <summary>The cells to add to now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<long> Mine() => _cells.AsSpan((Thread.GetCurrentProcessorId() & Mask) * _stride, _stride);

    /// <summary>Adds to a cell that holds a number with a fraction.</summary>
    public static void Add(ref long cell, double value)
    {
        long old = Volatile.Read(ref cell);
        while (true)
        {
            long seen = Interlocked.CompareExchange(ref cell, BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(old) + value), old);
            if (seen == old) return;
            old = seen;
        }
    }

    /// <summary>The sum over a cell of whole numbers.</summary>
    public long Count(int cell)
    {
        long sum = 0;
        for (int at = cell; at < _cells.Length; at += _stride) sum += Volatile.Read(ref _cells[at]);
        return sum;
    }

    /// <summary>The sum over a cell of numbers with fractions.</summary>
    public double Sum(int cell)
    {
        double sum = 0;
        for (int at = cell; at < _cells.Length; at += _stride) sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref _cells[at]));
        return sum;
    }
}
