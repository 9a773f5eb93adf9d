using System.Globalization;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.Subjects;
using Headgate.Redis;

namespace Headgate.Cli.Bench.OnRedis;

/// <summary>Limits on Redis, with PING through the same client and redis-benchmark beside them.</summary>
internal sealed class RedisComparison(RedisBed bed, Yardstick? yardstick, RemoteEffort effort, Func<string, BenchProgress> progress)
{
    public const int ManyCallers = 256;
    public const string Ping = "PING by the same client";

    public static string YardstickRow { get; } =
        string.Create(CultureInfo.InvariantCulture, $"{Yardstick.Name} -c {Yardstick.Connections} -P {Yardstick.Pipeline}");

    public async IAsyncEnumerable<ComparisonGroup> MeasureAsync(
        IReadOnlyList<LimitChoice> limits, int keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        RedisStore store = bed.NewStore();
        RemoteSubject[] subjects = [.. limits.Select(limit => Subject(limit, store)), bed.Ping()];
        Workload many = Workload.Random(keys, 1);
        yield return await AloneAsync(subjects, many, ct).ConfigureAwait(false);
        yield return await TogetherAsync(subjects, many, ct).ConfigureAwait(false);
        yield return await TogetherAsync(subjects, Workload.Hot(1), ct).ConfigureAwait(false);
    }

    public static RemoteSubject Subject(LimitChoice limit, RedisStore store)
    {
        Limiter limiter = new(limit.Limit, store);
        return limit.IsHeld ? RemoteSubject.Leases(limit.Name, limiter) : RemoteSubject.Decisions(limit.Name, limiter);
    }

    private async Task<ComparisonGroup> AloneAsync(RemoteSubject[] subjects, Workload workload, CancellationToken ct)
    {
        string title = $"on Redis at {bed.Server.Display}, one caller, {Titles.Keys(workload.Keys.Length)}";
        using BenchProgress shown = progress(title);
        IReadOnlyList<CallerSamples> samples = await Callers.RunAloneAsync(subjects, workload, effort, shown.Report, ct).ConfigureAwait(false);
        CallerSamples ping = samples[^1];
        return Group(title, 1, workload, samples.Select(subject =>
            subject == ping ? Row(subject, null, null) : Row(subject, subject.P50To(ping), "of PING's time")));
    }

    private async Task<ComparisonGroup> TogetherAsync(RemoteSubject[] subjects, Workload workload, CancellationToken ct)
    {
        string title = string.Create(CultureInfo.InvariantCulture,
            $"on Redis at {bed.Server.Display}, {ManyCallers} callers, {Titles.Keys(workload.Keys.Length)}");
        using BenchProgress shown = progress(title);
        YardstickReading? reading = yardstick is null
            ? null : await yardstick.RunAsync(effort.YardstickRequests, workload.Keys.Length, ct).ConfigureAwait(false);
        IReadOnlyList<CallerSamples> samples = await Callers.RunAsync(subjects, workload, ManyCallers, effort, shown.Report, ct).ConfigureAwait(false);
        CallerSamples ping = samples[^1];
        IEnumerable<ComparisonRow> rows = samples.Select(subject =>
            subject == ping ? Row(subject, null, null)
            : reading is not null ? Row(subject, subject.Throughput / reading.PerSecond, $"times {Yardstick.Name}")
            : Row(subject, subject.ThroughputTo(ping), "times PING"));
        if (reading is not null)
        {
            rows = rows.Append(new ComparisonRow(
                YardstickRow, reading.MeanNanoseconds, reading.P50Nanoseconds, reading.P99Nanoseconds, reading.PerSecond, null, null));
        }

        return Group(title, ManyCallers, workload, rows);
    }

    private static ComparisonGroup Group(string title, int callers, Workload workload, IEnumerable<ComparisonRow> rows) =>
        new(title, ComparisonGroup.Redis, callers, workload.Keys.Length, [.. rows]);

    private static ComparisonRow Row(CallerSamples subject, double? ratio, string? of) =>
        new(subject.Subject, subject.Mean, subject.P50, subject.P99, subject.Throughput, ratio, of);
}
