using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Headgate.Server.Metrics;

/// <summary>
/// Writes families as the Prometheus text format 0.0.4 or as OpenMetrics 1.0.0. They differ in the name of a counter's family, in the line for units, in how a
/// boundary is written, and in the last line.
/// </summary>
internal readonly ref struct ExpositionWriter(IBufferWriter<byte> output, bool openMetrics)
{
    /// <summary>Above it not every whole number is a double.</summary>
    private const double Exact = 1L << 53;

    public void Write(Family family, ReadOnlySpan<Series> series)
    {
        if (series.IsEmpty) return;
        bool isCounter = family.Kind == FamilyKind.Counter;
        string sample = isCounter ? family.Name + "_total" : family.Name;
        Describe(isCounter && openMetrics ? family.Name : sample, family.Kind switch { FamilyKind.Counter => "counter", FamilyKind.Gauge => "gauge", _ => "histogram" }, family.Unit, family.Help);
        foreach (Series one in series)
        {
            switch (one)
            {
                case HistogramSeries histogram:
                    Write(sample, histogram, family.Boundaries);
                    break;
                case SumSeries sum:
                    Line(sample, "", one.Labels, "", sum.Value);
                    break;
                case LastSeries last:
                    Line(sample, "", one.Labels, "", last.Value);
                    break;
            }
        }
    }

    /// <summary>Writes a family of one series that is no instrument's.</summary>
    /// <param name="name">Its name; of an <paramref name="isInfo"/> without <c>_info</c>.</param>
    /// <param name="unit">Its unit, which its name ends in; null for none.</param>
    /// <param name="help">What it is.</param>
    /// <param name="labels">Its labels, escaped.</param>
    /// <param name="value">Its value.</param>
    /// <param name="isInfo">Whether it tells by its labels, and is always 1.</param>
    public void Write(string name, string? unit, string help, string labels, double value, bool isInfo = false)
    {
        string sample = isInfo ? name + "_info" : name;
        if (isInfo && openMetrics) Describe(name, "info", unit, help);
        else Describe(sample, "gauge", unit, help);
        Line(sample, "", Encoding.UTF8.GetBytes(labels), "", value);
    }

    public void End()
    {
        if (openMetrics) Put("# EOF\n"u8);
    }

    private void Describe(string name, string type, string? unit, string? help)
    {
        if (!string.IsNullOrEmpty(help))
        {
            string text = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            Put($"# HELP {name} {(openMetrics ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text)}\n");
        }

        Put($"# TYPE {name} {type}\n");
        if (openMetrics && unit is not null) Put($"# UNIT {name} {unit}\n");
    }

    private void Write(string name, HistogramSeries histogram, double[] boundaries)
    {
        long count = 0;
        for (int bucket = 0; bucket <= boundaries.Length; bucket++)
        {
            count += histogram.Count(bucket);
            Line(name, "_bucket", histogram.Labels, bucket == boundaries.Length ? "+Inf" : Boundary(boundaries[bucket]), count);
        }

        // The buckets' count, so that the two agree whatever is recorded meanwhile.
        Line(name, "_sum", histogram.Labels, "", histogram.Sum);
        Line(name, "_count", histogram.Labels, "", count);
    }

    private void Line(string name, string suffix, ReadOnlySpan<byte> labels, string boundary, double value)
    {
        Put(name);
        Put(suffix);
        if (labels.Length > 0 || boundary.Length > 0)
        {
            Put("{"u8);
            Put(labels);
            if (boundary.Length > 0)
            {
                Put(labels.Length > 0 ? ",le=\""u8 : "le=\""u8);
                Put(boundary);
                Put("\""u8);
            }

            Put("}"u8);
        }

        Put(" "u8);
        Put(value);
        Put("\n"u8);
    }

    private string Boundary(double boundary)
    {
        string text = boundary.ToString("R", CultureInfo.InvariantCulture);
        return openMetrics && text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }

    private void Put(double value)
    {
        Span<byte> text = output.GetSpan(32);
        int written;
        if (value is > -Exact and < Exact && Math.Truncate(value) == value) Utf8Formatter.TryFormat((long)value, text, out written);
        else Utf8Formatter.TryFormat(value, text, out written);
        output.Advance(written);
    }

    private void Put(string text)
    {
        if (text.Length > 0) Encoding.UTF8.GetBytes(text, output);
    }

    private void Put(ReadOnlySpan<byte> text) => output.Write(text);
}
