using System.Globalization;
using Headgate.Benchmarks.Memory;
using Headgate.Benchmarks.Reporting;

namespace Headgate.Benchmarks.Rows;

/// <summary>Bytes a key, each subject in a process of its own.</summary>
internal sealed class MemoryRow(string id, int keys, string judged, double target, params string[] subjects) : IRow
{
    private static readonly string[] TableHeader = ["", "bytes a key", "on the managed heap", "at worst while growing", "in all"];

    public string Id => id;

    public string Title => string.Create(CultureInfo.InvariantCulture, $"memory of {keys:N0} keys of 32 characters");

    public RowResult Measure(Mode mode, int launches)
    {
        string count = mode.Scale(keys).ToString(CultureInfo.InvariantCulture);
        MemoryReading[] readings = [.. subjects.Select(subject => ChildProcess.Measure<MemoryReading>("memory", subject, count))];
        IReadOnlyList<string>[] table = [.. readings.Select(reading => (IReadOnlyList<string>)
        [
            reading.Subject,
            Number(reading.BytesAKey),
            Number((double)reading.HeapBytes / reading.Keys),
            Number(reading.PeakBytesAKey),
            string.Create(CultureInfo.InvariantCulture, $"{reading.ResidentBytes / 1e6:0.0} MB"),
        ])];
        MemoryReading ours = readings.Single(reading => reading.Subject == judged);
        Check[] checks = [new Check("resident bytes a key", Bound.AtMost, target, ours.BytesAKey, "B")];
        return new RowResult(id, Title, TableHeader, table, checks,
        [
            "Growth of the process's resident memory from before the limiter was built to after a compacting collection: table, "
            + "states, and whatever else is kept.",
            "The framework's limiter and the dictionary keep each key's string, 88 bytes of it; Headgate keeps a hash. At worst "
            + "while growing: uncollected garbage counts there, of which Headgate makes none.",
        ], readings);
    }

    private static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
