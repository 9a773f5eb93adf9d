namespace Headgate.Cli.Simulate.Replay;

/// <summary>
/// Counts over time in a bounded number of bins of a round width. The width grows when the log turns out longer than the bins
/// reach, by
/// a whole factor, so that no count is ever split.
/// </summary>
/// <param name="rows">How many things are counted side by side.</param>
internal sealed class Timeline(int rows)
{
    public const int MaxBins = 720;

    private const long Second = 1_000_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;

    /// <summary>Each divides the next, and all divide a day or are days: bins begin at round times.</summary>
    private static readonly long[] Widths =
    [
        1000, 5000, 10_000, 50_000, 100_000, 500_000, Second, 5 * Second, 10 * Second, 30 * Second, Minute, 5 * Minute,
        10 * Minute, 30 * Minute,
        Hour, 2 * Hour, 6 * Hour, 12 * Hour, Day, 2 * Day, 10 * Day, 50 * Day, 250 * Day,
    ];

    private readonly long[] _counts = new long[rows * MaxBins];
    private int _width;
    private long _first = -1;

    public int Bins { get; private set; }

    public long WidthMicros => Widths[_width];

    /// <summary>When the first bin begins, in microseconds since 1970.</summary>
    public long StartMicros => _first * WidthMicros;

    public long this[int row, int bin] => _counts[(row * MaxBins) + bin];

    /// <summary>The bin of a time that is not earlier than any before; call before <see cref="Add"/>.</summary>
    public int BinOf(long micros)
    {
        if (_first < 0) _first = micros / WidthMicros;
        long bin = (micros / WidthMicros) - _first;
        while (bin >= MaxBins)
        {
            Widen();
            bin = (micros / WidthMicros) - _first;
        }

        if (bin >= Bins) Bins = (int)bin + 1;
        return (int)bin;
    }

    public void Add(int row, int bin) => _counts[(row * MaxBins) + bin]++;

    /// <summary>The counts of a row put together to at most <paramref name="most"/> columns.</summary>
    public long[] Row(int row, int most)
    {
        int bins = BinsIn(most);
        long[] columns = new long[(Bins + bins - 1) / bins];
        for (int i = 0; i < Bins; i++) columns[i / bins] += this[row, i];
        return columns;
    }

    /// <summary>How many bins make one of at most <paramref name="most"/> columns.</summary>
    public int BinsIn(int most) => Math.Max(1, (Bins + most - 1) / most);

    private void Widen()
    {
        long old = WidthMicros;
        int bins = Bins;
        long oldFirst = _first;
        _width++;
        long factor = WidthMicros / old;
        _first = oldFirst / factor;
        for (int row = 0; row < rows; row++)
        {
            Span<long> counts = _counts.AsSpan(row * MaxBins, MaxBins);
            for (int i = 0; i < bins; i++)
            {
                long count = counts[i];
                counts[i] = 0;
                counts[(int)(((oldFirst + i) / factor) - _first)] += count;
            }
        }

        Bins = bins == 0 ? 0 : (int)(((oldFirst + bins - 1) / factor) - _first) + 1;
    }
}
