using System.Diagnostics.Metrics;
using System.Text;
using Headgate.Server.Metrics;

namespace Headgate.Server.Tests.Metrics;

public sealed class PrometheusExporterTests : IDisposable
{
    private readonly Scope _scope = new();
    private readonly PrometheusExporter _exporter;
    private readonly Meter _meter;

    public PrometheusExporterTests()
    {
        _exporter = new PrometheusExporter(_scope);
        _meter = new Meter(new MeterOptions("Headgate.Test") { Scope = _scope });
    }

    public void Dispose()
    {
        _meter.Dispose();
        _exporter.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Names_kinds_and_units_are_those_of_Prometheus()
    {
        _meter.CreateCounter<long>("a.counts", "{thing}", "Things.").Add(3);
        _meter.CreateCounter<double>("a.time.spent", "s").Add(0.25);
        _meter.CreateCounter<int>("a.sent_total", "By").Add(7);
        _meter.CreateUpDownCounter<long>("a.at.work").Add(-2);
        _meter.CreateGauge<double>("a.fill", "1").Record(0.5);
        _meter.CreateGauge<int>("9lives--total", "{cat}").Record(9);
        _meter.CreateObservableGauge("a.speed", () => 5L, "By/s");
        _meter.CreateHistogram<double>("a.duration", "s").Record(0.3);

        IReadOnlyDictionary<string, ParsedFamily> text = Scrape();
        Assert.Equal(("counter", 3, "Things."), Only(text, "a_counts_total"));
        Assert.Equal(("counter", 0.25, null), Only(text, "a_time_spent_seconds_total"));
        Assert.Equal(("counter", 7, null), Only(text, "a_sent_bytes_total"));
        Assert.Equal(("gauge", -2, null), Only(text, "a_at_work"));
        Assert.Equal(("gauge", 0.5, null), Only(text, "a_fill_ratio"));
        Assert.Equal(("gauge", 9, null), Only(text, "_9lives_total"));
        Assert.Equal(("gauge", 5, null), Only(text, "a_speed_bytes_per_second"));
        Assert.Equal("histogram", text["a_duration_seconds"].Type);

        IReadOnlyDictionary<string, ParsedFamily> open = Scrape(openMetrics: true);
        Assert.Equal("seconds", open["a_time_spent_seconds"].Unit);
        Assert.Equal("a_time_spent_seconds_total", Assert.Single(open["a_time_spent_seconds"].Samples).Name);
        Assert.Equal("info", open["headgate_build"].Type);
    }

    [Fact]
    public void Escapes_values_and_help_and_cuts_what_is_long()
    {
        Counter<long> counter = _meter.CreateCounter<long>("a", null, "one\\two\nthree \"four\"");
        string nasty = "q\"b\\n\nü\u2028";
        counter.Add(1, new KeyValuePair<string, object?>("x.y", nasty));
        counter.Add(2, new KeyValuePair<string, object?>("x.y", new string('l', 127) + "\U0001F600"));
        foreach (bool openMetrics in new[] { false, true })
        {
            ParsedFamily family = Scrape(openMetrics)[openMetrics ? "a" : "a_total"];
            Assert.Equal("one\\two\nthree \"four\"", family.Help);
            Assert.Equal(1, family.Samples.Single(s => s.Labels["x_y"] == nasty).Value);
            Assert.Equal(2, family.Samples.Single(s => s.Labels["x_y"] == new string('l', 127)).Value);
        }
    }

    [Fact]
    public void The_same_tags_in_another_order_are_one_series_and_tags_that_are_written_alike_are_joined()
    {
        Counter<long> counter = _meter.CreateCounter<long>("a");
        counter.Add(1, new("x", 1), new("y", true));
        counter.Add(2, new("y", true), new("x", 1));
        counter.Add(4, new("x", "1"), new("y", "true"));
        counter.Add(8, new("p.q", "1"), new("p_q", "2"));
        counter.Add(16, new("le", null), new("x", "old"), new("x", "new"));
        Sample[] samples = [.. Scrape()["a_total"].Samples];
        Assert.Equal(7, samples.Single(s => s.Labels.GetValueOrDefault("x") == "1" && s.Labels["y"] == "true").Value);
        Assert.Equal(8, samples.Single(s => s.Labels.GetValueOrDefault("p_q") == "1;2").Value);
        Assert.Equal(16, samples.Single(s => s.Labels.GetValueOrDefault("x") == "new" && s.Labels["le_"].Length == 0).Value);
        Assert.Equal(3, samples.Length);
    }

    [Fact]
    public void A_histogram_has_the_buckets_that_are_advised_and_a_value_on_a_boundary_is_below_it()
    {
        Histogram<double> histogram = _meter.CreateHistogram("a", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2] });
        foreach (double value in new[] { 0.5, 0.500_001, 1, 2, 2.1, -3, double.NaN, double.PositiveInfinity }) histogram.Record(value);
        ParsedFamily family = Scrape()["a_seconds"];
        Assert.Equal([("0.5", 2), ("1", 4), ("2", 5), ("+Inf", 6)], family.Samples.Where(s => s.Name == "a_seconds_bucket").Select(s => (s.Labels["le"], s.Value)));
        Assert.Equal(0.5 + 0.500_001 + 1 + 2 + 2.1 - 3, family.Samples.Single(s => s.Name == "a_seconds_sum").Value, 9);
    }

    [Fact]
    public void Beyond_the_bound_all_series_are_one_and_what_was_folded_is_counted()
    {
        Counter<long> counter = _meter.CreateCounter<long>("a");
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < PrometheusExporter.MaxSeries + 10; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        List<Sample> samples = Scrape()["a_total"].Samples;
        Assert.Equal(PrometheusExporter.MaxSeries + 1, samples.Count);
        Assert.Equal(20, samples.Single(s => s.Labels.GetValueOrDefault("otel_metric_overflow") == "true").Value);
        Assert.Equal(20, _exporter.Folded);
        Assert.Equal(2, samples.Single(s => s.Labels.GetValueOrDefault("id") == "7").Value);
    }

    [Fact]
    public void An_instrument_that_is_asked_reports_what_it_says_now_and_nothing_of_before()
    {
        Measurement<long>[] now = [new(1, new KeyValuePair<string, object?>("t", "a")), new(2, new KeyValuePair<string, object?>("t", "b"))];
        _meter.CreateObservableGauge("a", () => now);
        Assert.Equal([("a", 1), ("b", 2)], Scrape()["a"].Samples.Select(s => (s.Labels["t"], s.Value)));
        now = [new(5, new KeyValuePair<string, object?>("t", "b"))];
        Assert.Equal([("b", 5)], Scrape()["a"].Samples.Select(s => (s.Labels["t"], s.Value)));
        now = [];
        Assert.False(Scrape().ContainsKey("a"));
        now = [.. Enumerable.Range(0, PrometheusExporter.MaxSeries).Select(i => new Measurement<long>(i, new KeyValuePair<string, object?>("t", i)))];
        Assert.Equal(PrometheusExporter.MaxSeries, Scrape()["a"].Samples.Count);
        Assert.Equal(0, _exporter.Folded);
    }

    [Fact]
    public void An_instrument_that_fails_hides_no_other()
    {
        _meter.CreateObservableGauge("a", long () => throw new InvalidOperationException());
        _meter.CreateObservableGauge("b", () => 1L);
        IReadOnlyDictionary<string, ParsedFamily> families = Scrape();
        Assert.False(families.ContainsKey("a"));
        Assert.True(families.ContainsKey("b"));
        Assert.Equal(1, _exporter.Failures);
    }

    [Fact]
    public void Every_family_is_there_once_whatever_instruments_there_are()
    {
        using Meter twin = new(new MeterOptions("Headgate.Twin") { Scope = _scope });
        _meter.CreateCounter<long>("a").Add(1);
        twin.CreateCounter<long>("a").Add(2);
        twin.CreateGauge<long>("a").Record(9);
        twin.CreateHistogram<long>("b").Record(1);
        twin.CreateGauge<long>("b.count").Record(9);
        twin.CreateGauge<long>("process_start_time_seconds").Record(9);
        Assert.Equal(3, Only(Scrape(), "a_total").Value);
        _ = Scrape(openMetrics: true);
        Assert.Equal(3, _exporter.Refused);
    }

    [Fact]
    public void Meters_of_others_are_not_taken()
    {
        using Scope scope = new();
        using Meter ofAnotherApplication = new(new MeterOptions("Headgate.Test") { Scope = scope });
        using Meter stranger = new(new MeterOptions("Stranger") { Scope = _scope });
        ofAnotherApplication.CreateCounter<long>("a").Add(1);
        stranger.CreateCounter<long>("b").Add(1);
        Assert.Empty(Scrape().Keys.Intersect(["a_total", "b_total"]));
    }

    [Fact]
    public async Task Counts_exactly_what_many_threads_record_while_it_is_scraped()
    {
        const int Threads = 8;
        const int Each = 20_000;
        Counter<long> counter = _meter.CreateCounter<long>("a");
        Histogram<double> histogram = _meter.CreateHistogram<double>("b");
        using CancellationTokenSource done = new();
        Task scraping = Task.Run(() =>
        {
            double last = 0;
            while (!done.IsCancellationRequested)
            {
                double now = Scrape().TryGetValue("a_total", out ParsedFamily? family) ? family.Samples.Sum(s => s.Value) : 0;
                Assert.True(now >= last);
                last = now;
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < Each; i++)
            {
                counter.Add(1, new("t", i % 50), new("u", "v"));
                histogram.Record(i % 7, new KeyValuePair<string, object?>("t", i % 50));
            }
        })));
        await done.CancelAsync();
        await scraping;

        IReadOnlyDictionary<string, ParsedFamily> families = Scrape();
        Assert.Equal(50, families["a_total"].Samples.Count);
        Assert.All(families["a_total"].Samples, s => Assert.Equal(Threads * Each / 50, s.Value));
        Assert.Equal(Threads * Each, families["b"].Samples.Where(s => s.Name == "b_count").Sum(s => s.Value));
    }

    [Fact]
    public void Recording_allocates_nothing_once_a_series_is_there()
    {
        Counter<long> counter = _meter.CreateCounter<long>("a");
        Histogram<double> histogram = _meter.CreateHistogram<double>("b", "s");
        object status = 200;
        Record();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) Record();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Record()
        {
            counter.Add(1, new("method", "POST"), new("status", status), new("route", "/api/check_and_consume"));
            histogram.Record(0.01, new("method", "POST"), new("status", status));
        }
    }

    private static (string Type, double Value, string? Help) Only(IReadOnlyDictionary<string, ParsedFamily> families, string name) =>
        (families[name].Type, Assert.Single(families[name].Samples).Value, families[name].Help);

    private IReadOnlyDictionary<string, ParsedFamily> Scrape(bool openMetrics = false)
    {
        byte[] text = _exporter.Scrape(openMetrics).ToArray();
        try
        {
            return Exposition.Parse(text, openMetrics);
        }
        catch (FormatException bad)
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(text), bad);
        }
    }

    /// <summary>One application's meters, by which it is told from others in this process.</summary>
    private sealed class Scope : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
