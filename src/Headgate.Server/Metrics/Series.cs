using System.Text;

namespace Headgate.Server.Metrics;

/// <summary>One set of labels of a family, and what was measured under it. Recording is thread-safe, takes no lock and allocates nothing.</summary>
internal abstract class Series(string labels)
{
    /// <summary>What stands between the braces, in UTF-8; empty for none.</summary>
    public byte[] Labels { get; } = Encoding.UTF8.GetBytes(labels);

    /// <summary>The scrape that last saw it, of an instrument that is asked at each.</summary>
    public long Scrape { get; set; }

    public abstract void Record(double value);
}

/// <summary>A sum of what was added.</summary>
internal sealed class SumSeries(string labels) : Series(labels)
{
    private readonly Stripes _sum = new(1);

    public double Value => _sum.Sum(0);

    public override void Record(double value) => Stripes.Add(ref _sum.Mine()[0], value);
}

/// <summary>The value that was said last, or, of an instrument that is asked at each scrape, the sum of what it said then.</summary>
internal sealed class LastSeries(string labels) : Series(labels)
{
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public override void Record(double value) => Volatile.Write(ref _value, value);
}

/// <summary>How many values were at most each boundary, and the sum of all.</summary>
internal sealed class HistogramSeries : Series
{
    private readonly double[] _boundaries;
    private readonly Stripes _cells;

    /// <param name="labels">Its labels.</param>
    /// <param name="boundaries">Upper bounds, each included, ascending.</param>
    public HistogramSeries(string labels, double[] boundaries)
        : base(labels)
    {
        _boundaries = boundaries;
        _cells = new Stripes(boundaries.Length + 2);
    }

    public double Sum => _cells.Sum(_boundaries.Length + 1);

    /// <summary>Values in a bucket alone; the last is of those above all boundaries.</summary>
    public long Count(int bucket) => _cells.Count(bucket);

    public override void Record(double value)
    {
        double[] boundaries = _boundaries;
        int low = 0;
        int high = boundaries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (value <= boundaries[middle]) high = middle;
            else low = middle + 1;
        }

        Span<long> cells = _cells.Mine();
        Interlocked.Increment(ref cells[low]);
        Stripes.Add(ref cells[boundaries.Length + 1], value);
    }
}
