using System.Globalization;
using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>One caller at a time: a decision and a PING in turn, call by call.</summary>
internal static class AloneRow
{
    private const string Id = "alone";
    private const double Target = 1.3;
    private static readonly string[] TableHeader = ["", "mean", "p50", "p99", "p50 to PING's"];

    public static async Task<RowResult> MeasureAsync(RedisBed bed, int keys, Mode mode, CancellationToken ct)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"one caller, {keys:N0} keys, call by call in turn with PING");
        await Console.Error.WriteLineAsync($"{Id}: {title} ...").ConfigureAwait(false);
        Workload workload = Workload.Random(keys, 1);
        RemoteSubject Subject(StoreVariant variant) =>
            RemoteSubject.Decisions(variant.Name, new Limiter(LimitChoice.TokenBucket.Limit, bed.NewStore(variant.Change)));

        // First what is judged, with nobody but PING beside it; then the others, with a PING of theirs.
        IReadOnlyList<CallerSamples> judged = await Callers.RunAloneAsync(
            [Subject(StoreVariant.Usual), bed.Ping()], workload, mode.Remote(), null, ct).ConfigureAwait(false);
        IReadOnlyList<CallerSamples> others = await Callers.RunAloneAsync(
            [.. StoreVariant.All.Skip(1).Select(Subject), bed.Ping()], workload, mode.Remote(), null, ct).ConfigureAwait(false);
        IReadOnlyList<string>[] table = [.. Lines(judged), .. Lines(others)];
        Check check = new("median wait of a lone caller : PING by the same client", Bound.AtMost, Target, judged[0].P50To(judged[1]));
        return new RowResult(Id, title, TableHeader, table, [check],
            ["The first two took turns call by call; then the others did, with the last line."], Data.Of([.. judged, .. others]));
    }

    /// <summary>Beside the PING of the same run, which is the last.</summary>
    private static IEnumerable<IReadOnlyList<string>> Lines(IReadOnlyList<CallerSamples> samples) => samples.Select(one => (IReadOnlyList<string>)
    [
        one.Subject, Figures.Time(one.Mean), Figures.Time(one.P50), Figures.Time(one.P99), Figures.Ratio(one.P50To(samples[^1])),
    ]);
}
