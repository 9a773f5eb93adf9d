using Headgate.Benchmarks.Reporting;
using Headgate.Cli.Bench;
using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>A key that is known to be denied: answered without Redis.</summary>
internal static class DenyCacheRow
{
    private const string Id = "deny-cache";
    private const string Title = "a key in the deny cache, one thread";
    private const double TargetNanoseconds = 150;
    private static readonly string[] TableHeader = ["", "mean", "p99", "per second", "bytes"];

    public static RowResult Measure(RedisBed bed, Mode mode)
    {
        Console.Error.WriteLine($"{Id}: {Title} ...");
        Candidate candidate = new("Headgate, deny cache", () => Create(bed)) { Expectation = Expectation.Denied };
        Samples samples = Runner.Run(new Scenario(Title, Workload.Hot(1), [candidate]), mode.Effort())[0];
        Measurement measured = samples.Summarise();
        string[] line =
        [
            measured.Subject, BenchTable.Nanoseconds(measured.MeanNanoseconds), BenchTable.Nanoseconds(measured.P99Nanoseconds),
            Figures.Rate(measured.CallsPerSecond), BenchTable.Bytes(measured.BytesPerCall),
        ];
        return new RowResult(Id, Title, TableHeader, [line],
        [
            new Check("a decision from the deny cache", Bound.AtMost, TargetNanoseconds, measured.MeanNanoseconds, "ns"),
            new Check("a decision from the deny cache: bytes a call", Bound.AtMost, 0, measured.BytesPerCall, "B"),
        ], ["mean: the median over rounds of a round's mean. p99: 99 of 100 rounds had a lower mean."], measured);
    }

    /// <summary>A store that has just been told by Redis that the key is denied for a day.</summary>
    private static Subject<AcquireAtOnce> Create(RedisBed bed)
    {
        Limiter limiter = new(ThroughputRow.Dry, bed.NewStore(options => options with { DenyCacheTime = TimeSpan.FromHours(1) }));
        string key = Workload.Hot(1).Keys[0];
        for (int i = 0; i < 2; i++) limiter.AcquireAsync(key).AsTask().GetAwaiter().GetResult();
        return new Subject<AcquireAtOnce>(new AcquireAtOnce(limiter));
    }

    /// <summary>Fails if the answer is not there at once: then somebody was asked.</summary>
    private readonly struct AcquireAtOnce(Limiter limiter) : IOperation
    {
        private readonly Limiter _limiter = limiter;

        public bool Decide(string key) => Answer.Now(_limiter.AcquireAsync(key)).IsAllowed;
    }
}
