using System.Diagnostics.Metrics;

namespace Headgate.Server.Metrics;

/// <summary>What a family is.</summary>
internal enum FamilyKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>All series of one name: what one instrument, or several of the same name, measure. Recording is thread-safe, takes no lock and allocates nothing in the long run.</summary>
internal sealed class Family
{
    private readonly int _most;
    private readonly KeyValuePair<string, object?>[] _constant;
    private readonly bool _isLast;
    private SeriesTable _table;
    private long _folded;

    /// <param name="instrument">The first instrument.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="most">The most series.</param>
    public Family(Instrument instrument, FamilyKind kind, int most)
    {
        _most = most;
        Kind = kind;
        (Name, Unit) = MetricName.Of(instrument.Name, instrument.Unit, kind);
        Help = instrument.Description;
        IsObserved = instrument.IsObservable;
        _isLast = IsObserved || IsGauge(instrument);
        Boundaries = kind == FamilyKind.Histogram ? Metrics.Boundaries.Of(instrument) : [];
        _constant = [.. instrument.Meter.Tags ?? [], .. instrument.Tags ?? []];
        _table = NewTable();
    }

    /// <summary>Without <c>_total</c>.</summary>
    public string Name { get; }

    public string? Unit { get; }

    public string? Help { get; }

    public FamilyKind Kind { get; }

    /// <summary>True if the instruments are asked at each scrape.</summary>
    public bool IsObserved { get; }

    public double[] Boundaries { get; }

    /// <summary>The names that no other family may have, nor any line of it.</summary>
    public IReadOnlyCollection<string> Names => Kind switch
    {
        FamilyKind.Counter => [Name, Name + "_total"],
        FamilyKind.Histogram => [Name, Name + "_bucket", Name + "_sum", Name + "_count"],
        _ => [Name],
    };

    /// <summary>Measurements that went into the series for the rest.</summary>
    public long Folded => Volatile.Read(ref _folded);

    /// <summary>True if the instrument measures the same, so that its series can be among those of this family.</summary>
    public bool Fits(Instrument instrument, FamilyKind kind) =>
        kind == Kind && instrument.IsObservable == IsObserved && MetricName.Of(instrument.Name, instrument.Unit, kind).Unit == Unit;

    /// <summary>Records a measurement. What is no number, and what would make a counter go back, is left out: it would spoil the sum for ever.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!double.IsFinite(value) || (value < 0 && Kind == FamilyKind.Counter)) return;
        Series series = Volatile.Read(ref _table).Find(tags, out bool isFolded);
        if (isFolded) Interlocked.Increment(ref _folded);
        series.Record(value);
    }

    /// <summary>Takes what an instrument said that was asked. One scrape at a time.</summary>
    /// <param name="value">The value; several of one series in one scrape are added up.</param>
    /// <param name="tags">Its tags.</param>
    /// <param name="scrape">The number of the scrape.</param>
    public void Observe(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, long scrape)
    {
        if (!double.IsFinite(value)) return;
        LastSeries series = (LastSeries)_table.Find(tags, out bool isFolded);
        if (isFolded) _folded++;
        series.Record(series.Scrape == scrape ? series.Value + value : value);
        series.Scrape = scrape;
    }

    /// <summary>The series to report, sorted by their labels. One scrape at a time.</summary>
    public Series[] Read(long scrape)
    {
        Series[] all = _table.ToArray();
        if (IsObserved)
        {
            Series[] seen = [.. all.Where(series => series.Scrape == scrape)];
            // What is reported no more makes room for what is new.
            if (seen.Length < all.Length) _table = NewTable();
            all = seen;
        }

        Array.Sort(all, static (a, b) => a.Labels.AsSpan().SequenceCompareTo(b.Labels));
        return all;
    }

    private static bool IsGauge(Instrument instrument) =>
        instrument is Gauge<double> or Gauge<long> or Gauge<int> or Gauge<float> or Gauge<decimal> or Gauge<short> or Gauge<byte>;

    private SeriesTable NewTable() => new(_most, _constant, Create);

    private Series Create(string labels) => Kind == FamilyKind.Histogram ? new HistogramSeries(labels, Boundaries) : _isLast ? new LastSeries(labels) : new SumSeries(labels);
}
