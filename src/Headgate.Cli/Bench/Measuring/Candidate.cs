namespace Headgate.Cli.Bench.Measuring;

/// <summary>What should come out, so that a subject that answers quickly because it answers wrongly is found out.</summary>
internal enum Expectation
{
    Admitted,
    Denied,
}

/// <summary>A subject by name, and how to build a fresh one.</summary>
/// <param name="Name">Unique within a scenario.</param>
/// <param name="Create">Builds one with no keys in it.</param>
internal sealed record Candidate(string Name, Func<Subject> Create)
{
    public Expectation Expectation { get; init; } = Expectation.Admitted;

    /// <summary>Calls that one <see cref="IOperation.Decide"/> makes; times and bytes are given per call.</summary>
    public int CallsPerDecide { get; init; } = 1;
}

/// <summary>Subjects that are measured side by side on one workload.</summary>
internal sealed record Scenario(string Title, Workload Workload, IReadOnlyList<Candidate> Candidates)
{
    /// <summary>True to time calls one by one, too, in rounds of their own: for percentiles of calls.</summary>
    public bool TimesSingleCalls { get; init; }
}
