using System.Text.Json.Serialization;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>Everything that was observed of one subject. Samples of several processes can be put together.</summary>
internal sealed record Samples(string Subject)
{
    /// <summary>Mean nanoseconds of a call, for each round.</summary>
    public List<double> RoundNanoseconds { get; init; } = [];

    /// <summary>The same in processor time of the calling threads.</summary>
    public List<double> RoundCpuNanoseconds { get; init; } = [];

    /// <summary>Calls a second of all threads together, for each round.</summary>
    public List<double> RoundThroughput { get; init; } = [];

    /// <summary>The median of the rounds, for each lap: what ratios are made of.</summary>
    public List<double> LapNanoseconds { get; init; } = [];

    public List<double> LapCpuNanoseconds { get; init; } = [];

    /// <summary>Of single calls, where the scenario asks for them.</summary>
    [JsonIgnore]
    public LatencyHistogram Latencies { get; } = new();

    public long Calls { get; set; }

    public long Admitted { get; set; }

    public long AllocatedBytes { get; set; }

    /// <summary>
    /// Methods the JIT compiled during timed rounds, anywhere in the process: a handful at most if the warm-up was long enough.
    /// </summary>
    public long MethodsCompiled { get; set; }

    public Samples Plus(Samples other) => new(Subject)
    {
        RoundNanoseconds = [.. RoundNanoseconds, .. other.RoundNanoseconds],
        RoundCpuNanoseconds = [.. RoundCpuNanoseconds, .. other.RoundCpuNanoseconds],
        RoundThroughput = [.. RoundThroughput, .. other.RoundThroughput],
        LapNanoseconds = [.. LapNanoseconds, .. other.LapNanoseconds],
        LapCpuNanoseconds = [.. LapCpuNanoseconds, .. other.LapCpuNanoseconds],
        Calls = Calls + other.Calls,
        Admitted = Admitted + other.Admitted,
        AllocatedBytes = AllocatedBytes + other.AllocatedBytes,
        MethodsCompiled = MethodsCompiled + other.MethodsCompiled,
    };

    public Measurement Summarise() => new(
        Subject,
        Quantile.Median(RoundNanoseconds),
        Quantile.Of(RoundNanoseconds, 0.99),
        Quantile.Median(RoundCpuNanoseconds),
        Quantile.Median(RoundThroughput),
        (double)AllocatedBytes / Calls,
        (double)Admitted / Calls,
        RoundNanoseconds.Count,
        MethodsCompiled);
}

/// <summary>What a table says of one subject.</summary>
/// <param name="Subject">Its name.</param>
/// <param name="MeanNanoseconds">Of a call as its caller sees it: the median of the rounds' means.</param>
/// <param name="P99Nanoseconds">99 of 100 rounds had a mean below this.</param>
/// <param name="CpuNanoseconds">Processor time of a call on its own thread: the median of the rounds. 0 where it cannot be
/// told.</param>
/// <param name="CallsPerSecond">All threads together: the median of the rounds.</param>
/// <param name="BytesPerCall">Allocated on the deciding threads, over all rounds.</param>
/// <param name="AdmittedShare">1 if every call was admitted.</param>
/// <param name="Rounds">How many rounds this rests on.</param>
/// <param name="MethodsCompiled">By the JIT during the rounds.</param>
internal sealed record Measurement(
    string Subject,
    double MeanNanoseconds,
    double P99Nanoseconds,
    double CpuNanoseconds,
    double CallsPerSecond,
    double BytesPerCall,
    double AdmittedShare,
    int Rounds,
    long MethodsCompiled);
