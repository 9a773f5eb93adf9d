using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Soak;

/// <summary>What a soak saw, and whether that is as it should be.</summary>
internal sealed record SoakResult
{
    public SoakResult(
        SoakOptions options, TimeSpan took, Load load, Disturbances disturbances, IReadOnlyList<int> faults, IReadOnlyList<ProcessSample> samples, int idleAtEnd, int? exitCode)
    {
        (Options, Took, Faults, Samples, IdleAtEnd, ExitCode) = (options, took, faults, samples, idleAtEnd, exitCode);
        foreach (LoadTally tally in load.Tallies) Latency.Add(tally.Latency);
        Answers = load.Answers;
        Clients = Math.Min(load.Asked, options.Clients);
        Refused = load.Tallies.Sum(tally => tally.Refused);
        Errors = load.Tallies.Sum(tally => tally.Errors) + disturbances.ErrorCount;
        FirstErrors = [.. load.Tallies.SelectMany(tally => tally.FirstErrors).Concat(disturbances.Errors).Distinct(StringComparer.Ordinal).Take(10)];
        (Changes, ChangesRefused, Scrapes) = (disturbances.Changes, disturbances.Refused, disturbances.Scrapes);
        Verdict = LeakVerdict.Of(samples);
        List<string> failures = [];
        if (Errors > 0) failures.Add($"{Format.Count(Errors, "error")}");
        if (Refused > 0 && !options.RedisFaults) failures.Add($"{Format.Count(Refused, "answer")} of status 503");
        if (idleAtEnd < options.Idle) failures.Add($"{Format.Count(options.Idle - idleAtEnd, "idle connection")} lost");
        if (exitCode != 0) failures.Add(exitCode is null ? "the service did not stop" : FormattableString.Invariant($"the service ended with exit code {exitCode}"));
        failures.AddRange(Verdict.Growth);
        Failures = failures;
    }

    public SoakOptions Options { get; }

    public TimeSpan Took { get; }

    public LatencyHistogram Latency { get; } = new();

    public long Answers { get; }

    /// <summary>Different clients that were asked for.</summary>
    public long Clients { get; }

    public long Refused { get; }

    public long Errors { get; }

    public IReadOnlyList<string> FirstErrors { get; }

    public long Changes { get; }

    public long ChangesRefused { get; }

    public long Scrapes { get; }

    /// <summary>Redis killed, stopped, flushed; empty without faults.</summary>
    public IReadOnlyList<int> Faults { get; }

    public IReadOnlyList<ProcessSample> Samples { get; }

    public int IdleAtEnd { get; }

    public int? ExitCode { get; }

    public LeakVerdict Verdict { get; }

    /// <summary>What is not as it should be; empty if all is well.</summary>
    public IReadOnlyList<string> Failures { get; }
}
