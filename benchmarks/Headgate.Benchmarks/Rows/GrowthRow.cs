using System.Globalization;
using Headgate.Benchmarks.Growth;
using Headgate.Benchmarks.Memory;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Rows;

/// <summary>The slowest single decision while growing from empty, with a control loop and with rivals that do stop.</summary>
internal sealed class GrowthRow(string id, int keys, int rivalKeys, string judged) : IRow
{
    private static readonly string[] TableHeader =
        ["", "keys", "median", "p99.999", "slowest", "slowest by own CPU time", "over 1 ms", "collections"];

    public string Id => id;

    public string Title =>
        string.Create(CultureInfo.InvariantCulture, $"the slowest decision while growing from empty to {keys:N0} keys");

    public RowResult Measure(Mode mode, int launches)
    {
        List<GrowthReading> readings = [];
        for (int i = 0; i < launches; i++) readings.Add(Take(judged, mode.Scale(keys), 0));

        // The clock is read as often, and the time that may be disturbed is as long, as in the loop it is the control of.
        long median = readings[0].MedianNanoseconds;
        for (int i = 0; i < launches; i++) readings.Add(Take(GrowthReading.Control, mode.Scale(keys), median));
        readings.Add(Take(FloorKeys.Name, mode.Scale(rivalKeys), 0));
        readings.Add(Take(FrameworkKeys.Name, mode.Scale(rivalKeys), 0));

        Check[] checks = [.. Checks([.. readings.Where(reading => reading.Subject == judged)])];
        return new RowResult(id, Title, TableHeader, [.. readings.Select(Line)], checks,
        [
            "Every decision is timed by itself. Headgate's keys are written into one string, so no collection falls into its times; "
            + "first touches of fresh memory do.",
            "control: a loop that waits as long as the median decision takes, as many times. It shows what the machine does "
            + "to any loop; a slowest decision no worse than it is the machine's.",
            "Own CPU time stands still while the system runs another process on this processor.",
            "The dictionary and the framework's limiter show that the measurement finds a resize that stops the world.",
        ], readings);
    }

    private static GrowthReading Take(string subject, int keys, long controlNanoseconds) => ChildProcess.Measure<GrowthReading>(
        "growth",
        subject,
        keys.ToString(CultureInfo.InvariantCulture),
        controlNanoseconds.ToString(CultureInfo.InvariantCulture));

    private static IEnumerable<Check> Checks(GrowthReading[] readings)
    {
        double wall = readings.Max(reading => reading.MaxNanoseconds) / 1000.0;
        yield return new Check("slowest decision, wall clock, worst run", Bound.Below, 1000, wall, "us");
        if (!ThreadCpuClock.IsSupported) yield break;
        double cpu = readings.Max(reading => reading.MaxCpuNanoseconds) / 1000.0;
        yield return new Check("slowest decision, own CPU time, worst run", Bound.Below, 1000, cpu, "us");
    }

    private static string[] Line(GrowthReading reading) =>
    [
        reading.Subject,
        string.Create(CultureInfo.InvariantCulture, $"{reading.Keys:N0}"),
        $"{reading.MedianNanoseconds} ns",
        Micros(reading.P99999Nanoseconds),
        Micros(reading.MaxNanoseconds),
        Micros(reading.MaxCpuNanoseconds),
        reading.OverOneMillisecond.ToString(CultureInfo.InvariantCulture),
        reading.CollectionsMeanwhile.ToString(CultureInfo.InvariantCulture),
    ];

    private static string Micros(long nanoseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000.0:#,0.0} us");
}
