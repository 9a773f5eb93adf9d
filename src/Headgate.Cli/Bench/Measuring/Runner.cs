using System.Runtime;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>
/// Measures the subjects of a scenario side by side. In every lap each subject is built afresh, filled with every key, and timed
/// for some rounds; the next lap starts with another one.
/// </summary>
/// <remarks>
/// Only one subject is alive at a time: the framework's limiter walks over all its keys ten times a second on a timer, which
/// would slow down whoever is measured meanwhile. Building, filling, collecting and disposing are not timed.
/// </remarks>
internal static class Runner
{
    public static IReadOnlyList<Samples> Run(Scenario scenario, Effort effort, Action<double>? progress = null)
    {
        using Crew crew = new(scenario.Workload.Threads);
        WarmUp.Run(scenario, effort, crew);

        // A lap of each that does not count: filling and collecting run code, too, that the warm-up did not reach.
        foreach (Candidate candidate in scenario.Candidates)
            RunLap(candidate, scenario, effort, crew, new Samples(candidate.Name));
        WarmUp.AwaitQuietJit(effort);

        int count = scenario.Candidates.Count;
        Samples[] samples = [.. scenario.Candidates.Select(candidate => new Samples(candidate.Name))];
        for (int lap = 0; lap < effort.Laps; lap++)
        {
            for (int turn = 0; turn < count; turn++)
            {
                int index = (lap + turn) % count;
                RunLap(scenario.Candidates[index], scenario, effort, crew, samples[index]);
                progress?.Invoke(((lap * count) + turn + 1.0) / (effort.Laps * count));
            }
        }

        for (int i = 0; i < count; i++) Demand(scenario, scenario.Candidates[i], samples[i]);
        return samples;
    }

    private static void RunLap(Candidate candidate, Scenario scenario, Effort effort, Crew crew, Samples samples)
    {
        Workload workload = scenario.Workload;
        using Subject subject = candidate.Create();
        subject.Run(workload.Keys, workload.Everyone, 0, workload.Everyone.Length);
        Settle();

        Lane[] lanes = Lanes.Create(workload);
        long ticks = (long)(effort.Round.TotalSeconds * TimeProvider.System.TimestampFrequency);
        Action<int> round = member => lanes[member].Measure(subject, workload, ticks);

        // The collection left caches cold: a few rounds nobody counts.
        for (int i = 0; i < Math.Max(1, effort.Rounds / 4); i++) crew.Run(round);

        long compiled = JitInfo.GetCompiledMethodCount();
        int first = samples.RoundNanoseconds.Count;
        for (int i = 0; i < effort.Rounds; i++)
        {
            crew.Run(round);
            Record(lanes, candidate.CallsPerDecide, samples);
        }

        samples.LapNanoseconds.Add(Quantile.Median(samples.RoundNanoseconds[first..]));
        samples.LapCpuNanoseconds.Add(Quantile.Median(samples.RoundCpuNanoseconds[first..]));
        samples.MethodsCompiled += JitInfo.GetCompiledMethodCount() - compiled;
        if (!scenario.TimesSingleCalls) return;
        for (int i = 0; i < Math.Max(1, effort.Rounds / 4); i++) crew.Run(member => lanes[member].Time(subject, workload, ticks));
        foreach (Lane lane in lanes) samples.Latencies.Add(lane.Latencies);
    }

    /// <summary>
    /// Moves what the subject keeps to the oldest generation, where it would be in a program that has run for a while.
    /// </summary>
    private static void Settle()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private static void Record(Lane[] lanes, int callsPerDecide, Samples samples)
    {
        double frequency = TimeProvider.System.TimestampFrequency;
        double nanoseconds = 0;
        double cpu = 0;
        double throughput = 0;
        foreach (Lane lane in lanes)
        {
            long calls = lane.Calls * callsPerDecide;
            double seconds = lane.Ticks / frequency;
            nanoseconds += seconds * 1e9 / calls / lanes.Length;
            cpu += (double)lane.CpuNanoseconds / calls / lanes.Length;
            throughput += calls / seconds;
            samples.Calls += calls;
            samples.Admitted += lane.Admitted * callsPerDecide;
            samples.AllocatedBytes += lane.AllocatedBytes;
        }

        samples.RoundNanoseconds.Add(nanoseconds);
        samples.RoundCpuNanoseconds.Add(cpu);
        samples.RoundThroughput.Add(throughput);
    }

    private static void Demand(Scenario scenario, Candidate candidate, Samples samples)
    {
        long wrong = candidate.Expectation == Expectation.Admitted ? samples.Calls - samples.Admitted : samples.Admitted;
        if (wrong == 0) return;
        string expected = candidate.Expectation == Expectation.Admitted ? "admitted" : "denied";
        throw new InvalidOperationException(
            $"{candidate.Name} in '{scenario.Title}' was to have every call {expected}, but {wrong} of {samples.Calls} were not: "
            + "its time would mean nothing. Give it a limit that fits.");
    }
}
