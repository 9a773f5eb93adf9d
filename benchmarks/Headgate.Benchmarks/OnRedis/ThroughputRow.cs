using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>256 callers: decisions a second, beside the yardstick, with each way to be quick switched off in turn.</summary>
internal sealed class ThroughputRow
{
    private const int Callers = RedisComparison.ManyCallers;
    private static readonly string[] TableHeader = ["", "decisions a second", "to redis-benchmark", "mean", "p50", "p99"];

    private readonly string _id;
    private readonly string _title;
    private readonly double? _target;
    private readonly IReadOnlyList<CallerSamples> _samples;

    private ThroughputRow(string id, string title, double? target, IReadOnlyList<CallerSamples> samples)
    {
        _id = id;
        _title = title;
        _target = target;
        _samples = samples;
    }

    public static Task<ThroughputRow> ManyKeysAsync(RedisBed bed, int keys, Mode mode, CancellationToken ct) => MeasureAsync(
        "many", string.Create(CultureInfo.InvariantCulture, $"{Callers} callers, {keys:N0} keys"), 1.2, bed, Workload.Random(keys, 1), mode,
        StoreVariant.All, Admitted, ct);

    public static Task<ThroughputRow> HotKeyAsync(RedisBed bed, Mode mode, CancellationToken ct) => MeasureAsync(
        "hot", $"{Callers} callers, one hot key", 10, bed, Workload.Hot(1), mode, StoreVariant.All, Admitted, ct);

    /// <summary>A key with nothing left: where the deny cache shows.</summary>
    public static async Task<ThroughputRow> DeniedAsync(RedisBed bed, Mode mode, CancellationToken ct)
    {
        Workload workload = Workload.Hot(1);
        await bed.NewStore().AcquireAsync(new Charge(workload.Keys[0], Dry), ct).ConfigureAwait(false);
        return await MeasureAsync("denied", $"{Callers} callers, one key that is denied", null, bed, workload, mode,
            [StoreVariant.Usual, StoreVariant.NoDenyCache], Denied, ct).ConfigureAwait(false);
    }

    /// <summary>One permit a day.</summary>
    public static Limit Dry { get; } = Limit.TokenBucket(1, Rate.PerDay(1));

    public RowResult Result(YardstickPair yardstick)
    {
        IReadOnlyList<string>[] table = [.. _samples.Select(samples => (IReadOnlyList<string>)
        [
            samples.Subject,
            string.Create(CultureInfo.InvariantCulture, $"{samples.Throughput:#,0}"),
            Figures.Ratio(samples.Throughput / yardstick.PerSecond),
            Figures.Time(samples.Mean),
            Figures.Time(samples.P50),
            Figures.Time(samples.P99),
        ])];
        Check[] checks = _target is { } target ? [yardstick.Check($"decisions a second, {_title}", target, _samples[0])] : [];
        return new RowResult(_id, _title, TableHeader, table, checks, [], Data.Of(_samples));
    }

    private static RemoteSubject Admitted(string name, Headgate.Redis.RedisStore store) =>
        RemoteSubject.Decisions(name, new Limiter(LimitChoice.TokenBucket.Limit, store));

    private static RemoteSubject Denied(string name, Headgate.Redis.RedisStore store)
    {
        Limiter limiter = new(Dry, store);
        return RemoteSubject.Create(name, key => limiter.AcquireAsync(key),
            static decision => decision is { IsAllowed: false, Source: DecisionSource.Store or DecisionSource.DenyCache });
    }

    private static async Task<ThroughputRow> MeasureAsync(
        string id, string title, double? target, RedisBed bed, Workload workload, Mode mode, IReadOnlyList<StoreVariant> variants,
        Func<string, Headgate.Redis.RedisStore, RemoteSubject> subject, CancellationToken ct)
    {
        await Console.Error.WriteLineAsync($"{id}: {title} ...").ConfigureAwait(false);
        RemoteSubject[] subjects = [.. variants.Select(variant => subject(variant.Name, bed.NewStore(variant.Change))), bed.Ping()];
        IReadOnlyList<CallerSamples> samples =
            await Cli.Bench.OnRedis.Callers.RunAsync(subjects, workload, Callers, mode.Remote(), null, ct).ConfigureAwait(false);
        return new ThroughputRow(id, title, target, samples);
    }
}
